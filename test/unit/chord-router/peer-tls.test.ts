import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectPlain, createServer } from 'node:net';
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { generateNodeKey } from '../../../services/chord-router/adapters/identity/node-identity.ts';
import {
  authorityCertificate,
  keyOfCertificate,
  phoneCertificate,
} from '../../../services/chord-router/adapters/identity/phone-certificate.ts';
import { createPeerTls } from '../../../services/chord-router/adapters/links/peer-tls.ts';
import { parseHostPort } from '../../../services/shared/runtime/network/host-port.ts';
import { callAsStranger, helloFrame, strangerIdentity } from './stranger.ts';
import { startToyPhone, stopToyPhones, type ToyPhone } from './toy-phone.ts';

afterEach(stopToyPhones);

const PING = { type: 'ping' } as const;

describe('the certificate of a phone', () => {
  it('is a valid one of its key, by the authority that all have', () => {
    const key = generateNodeKey();
    const certificate = new X509Certificate(phoneCertificate(key));
    const authority = new X509Certificate(authorityCertificate());
    expect(keyOfCertificate(certificate.raw)).toEqual(key.publicKey);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect([certificate.ca, authority.ca]).toEqual([false, true]);
    expect([certificate.subject, certificate.issuer]).toEqual(['CN=phone', 'CN=ringwall']);
    expect(certificate.validFromDate.getUTCFullYear()).toBe(2020);
    expect(certificate.validToDate.getUTCFullYear()).toBe(9999);
  });
});

/** Passes on what goes between a caller and a phone, decrypting and encrypting it again with a key of its own. */
async function standBetween(phone: ToyPhone): Promise<{ address: string; overheard: () => Buffer }> {
  const { server: options } = createPeerTls(generateNodeKey());
  const { host, port } = parseHostPort(phone.contact.address)!;
  const heard: Buffer[] = [];
  const between = createTlsServer(options, (caller: TLSSocket) => {
    const onward = connect({
      host,
      port,
      cert: options.cert!,
      key: options.key!,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    });
    for (const socket of [caller, onward]) {
      socket.on('data', (bytes: Buffer) => heard.push(bytes));
      socket.on('error', () => {});
    }
    caller.pipe(onward).pipe(caller);
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  onTestFinished(() => void between.close());
  return {
    address: `127.0.0.1:${(between.address() as { port: number }).port}`,
    overheard: () => Buffer.concat(heard),
  };
}

describe('phones with TLS', () => {
  it('talk, and nobody on the wire reads along', async () => {
    const callee = await startToyPhone({ tls: true });
    const caller = await startToyPhone({ tls: true, verifyAddress: false });
    const { host, port } = parseHostPort(callee.contact.address)!;
    const seen: Buffer[] = [];
    const tap = createServer((socket) => {
      const onward = connectPlain({ host, port });
      for (const end of [socket, onward]) end.on('data', (bytes: Buffer) => seen.push(bytes)).on('error', () => {});
      socket.pipe(onward).pipe(socket);
    });
    tap.listen(0, '127.0.0.1');
    await once(tap, 'listening');
    onTestFinished(() => void tap.close());
    const address = `127.0.0.1:${(tap.address() as { port: number }).port}`;
    expect(await caller.ask({ id: callee.contact.id, address }, PING)).toMatchObject({ ok: true });
    const wire = Buffer.concat(seen);
    expect(wire.length).toBeGreaterThan(500);
    expect(wire.includes(callee.contact.address)).toBe(false);
    expect(wire.includes(callee.identity.record.publicKey)).toBe(false);
    expect([...callee.crashes, ...caller.crashes]).toEqual([]);
  });

  it('refuse who stands between them, each for itself', async () => {
    // Addresses do not tell: this one is on the same machine.
    const callee = await startToyPhone({ tls: true, verifyAddress: false });
    const caller = await startToyPhone({ tls: true, verifyAddress: false });
    const between = await standBetween(callee);
    const contact = { id: callee.contact.id, address: between.address };
    expect(await caller.ask(contact, PING)).toMatchObject({ ok: false, failure: 'refused' });
    expect(callee.refusals).toEqual(['other-key']);
    expect(callee.opened).toEqual([]);
    expect(between.overheard().includes(caller.identity.record.publicKey)).toBe(true);

    // Were the callee to look away, the caller would still see it.
    const careless = await startToyPhone({ tls: true, pinsKeys: false, verifyAddress: false });
    const again = await standBetween(careless);
    expect(await caller.ask({ id: careless.contact.id, address: again.address }, PING)).toMatchObject({ ok: false });
    expect(caller.refusals).toEqual(['other-key']);
  });

  it('would be heard by who stands between them if they did not look at the keys', async () => {
    const callee = await startToyPhone({ tls: true, pinsKeys: false, verifyAddress: false });
    const caller = await startToyPhone({ tls: true, pinsKeys: false, verifyAddress: false });
    const between = await standBetween(callee);
    expect(await caller.ask({ id: callee.contact.id, address: between.address }, PING)).toMatchObject({ ok: true });
    expect(between.overheard().includes(callee.identity.record.publicKey)).toBe(true);
  });

  it('do not talk to phones without, nor those to them', async () => {
    const secured = await startToyPhone({ tls: true });
    const plain = await startToyPhone();
    expect(await plain.ask(secured.contact, PING)).toMatchObject({ ok: false, failure: 'unreachable' });
    expect(await secured.ask(plain.contact, PING)).toMatchObject({ ok: false, failure: 'unreachable' });
    expect([...secured.opened, ...plain.opened]).toEqual([]);
  });

  it('refuse who shows no certificate', async () => {
    const phone = await startToyPhone({ tls: true });
    const { host, port } = parseHostPort(phone.contact.address)!;
    const anonymous = connect({ host, port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    onTestFinished(() => void anonymous.destroy());
    const [fault] = (await once(anonymous, 'error')) as [NodeJS.ErrnoException];
    expect(fault.code).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    const stranger = callAsStranger(phone.contact.address);
    stranger.send(helloFrame(strangerIdentity().record));
    expect((await stranger.ended).code).toBe(14);
    expect(phone.opened).toEqual([]);
    expect(phone.server.refusedConnections).toBe(2);
  });
});

/**
 * TLS between phones, with keys in place of names: both ends show a certificate of their own key, the connection proves
 * that they have it, and the handshake of the link (handshake.ts) compares it with the key that the phone's id binds.
 * Who stands between two phones has another key, and is refused by both.
 */
import { createSecureContext, type TlsOptions } from 'node:tls';
import { ChannelCredentials } from '@grpc/grpc-js';
import type { NodeKey } from '../identity/node-identity.ts';
import { authorityCertificate, phoneCertificate } from '../identity/phone-certificate.ts';

export interface PeerTls {
  /** For the peer API. */
  readonly server: TlsOptions;
  /** For calls to other phones. */
  readonly client: ChannelCredentials;
}

/** A connection that has not shaken hands by then is closed, in ms. */
const HANDSHAKE_MS = 5_000;

export function createPeerTls(key: NodeKey): PeerTls {
  const context = {
    ca: authorityCertificate(),
    cert: phoneCertificate(key),
    key: key.privateKey.export({ format: 'pem', type: 'pkcs8' }),
    minVersion: 'TLSv1.3',
  } as const;
  return {
    server: { ...context, requestCert: true, ALPNProtocols: ['h2'], handshakeTimeout: HANDSHAKE_MS },
    client: ChannelCredentials.createFromSecureContext(createSecureContext(context), {
      // All phones have one name; which of them it is shows its key.
      checkServerIdentity: () => undefined,
    }),
  };
}

/**
 * Idempotency-Key (the IETF draft of that name, and the practice of Mastodon's API): a POST repeated under the same key
 * is done once and answered alike for an hour, also across a restart of the phone.
 *
 * Keys are per person and route. Only successes are kept: a request that failed may be repeated under its key, and
 * `firstTriedAt` then gives the time of the first try, so that a record stamped with it comes out the same and cannot
 * stand on the ring twice. What rests on disk is encrypted under a key of the person's, for answers hold their words.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toBase64Url } from '../core/base64url.ts';
import type { UnlockedPerson } from '../core/identity/person.ts';
import { Problem } from '../core/problem.ts';
import type { WallCrypto } from '../core/wall-crypto.ts';

/** A key as the store keeps it. */
export interface KeptKey {
  /** Keyed hash of the request's body. */
  readonly bodyHash: string;
  readonly firstTriedAt: number;
  /** The sealed answer; undefined until there is one. */
  readonly answer: Uint8Array | undefined;
}

/** Where keys are kept; adapters/idempotency-store.ts does it in SQLite. */
export interface IdempotencyStore {
  find(id: string, notBefore: number): KeptKey | undefined;
  /** Keeps a key that is not there yet, or replaces it. */
  put(id: string, key: KeptKey): void;
}

export interface IdempotencyOptions {
  readonly store: IdempotencyStore;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  /** How long a key is kept, ms. */
  readonly keepMs: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Honours Idempotency-Key; needs `session: 'required'`. */
    idempotent?: boolean;
  }
  interface FastifyRequest {
    idempotency: RequestKey | undefined;
  }
}

interface RequestKey {
  readonly id: string;
  readonly bodyHash: string;
  readonly firstTriedAt: number;
  readonly person: UnlockedPerson;
  /** The answer was kept earlier and goes out again. */
  replayed: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const KEY_FORM = /^[\x21-\x7e]{1,128}$/;
/** Headers that belong to the answer, not to the moment. */
const KEPT_HEADERS = ['content-type', 'etag', 'location'];
const NONCE_BYTES = 12;
const utf8 = new TextEncoder();

/** When the request, or the first try of it under the same Idempotency-Key, came: ms since the epoch. */
export function firstTriedAt(request: FastifyRequest, now: () => number): number {
  return request.idempotency?.firstTriedAt ?? now();
}

/** Goes after guardSessions and limitRates. */
export function honourIdempotencyKeys(app: FastifyInstance, options: IdempotencyOptions): void {
  const underWay = new Set<string>();
  app.decorateRequest('idempotency', undefined);
  app.addHook('onRoute', ({ config, url }) => {
    if (config?.idempotent === true && config.session !== 'required') {
      throw new Error(`${url}: idempotent routes need a session, for keys are kept per person`);
    }
  });

  app.addHook('preHandler', async (request, reply) => {
    const header = request.headers['idempotency-key'];
    if (header === undefined || request.routeOptions.config.idempotent !== true) return;
    if (typeof header !== 'string' || !KEY_FORM.test(header)) throw new Problem('idempotency-key-invalid');
    const key = openKey(request, header, options);
    if (underWay.has(key.id)) throw new Problem('idempotency-conflict', undefined, { retryAfterS: 1 });
    const kept = options.store.find(key.id, options.now() - options.keepMs);
    if (kept !== undefined && kept.bodyHash !== key.bodyHash) throw new Problem('idempotency-key-reused');
    request.idempotency = kept === undefined ? key : { ...key, firstTriedAt: kept.firstTriedAt };
    const answer = kept?.answer === undefined ? undefined : openAnswer(kept.answer, key, options.crypto);
    if (answer !== undefined) return replay(answer, request.idempotency, reply);
    if (kept === undefined) options.store.put(key.id, { ...key, answer: undefined });
    underWay.add(key.id);
    return undefined;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const key = request.idempotency;
    if (key === undefined || key.replayed) return payload;
    const isSuccess = reply.statusCode >= 200 && reply.statusCode < 300;
    if (isSuccess && (typeof payload === 'string' || payload === null || payload === undefined)) {
      const answer = sealAnswer(
        { status: reply.statusCode, headers: keptHeaders(reply), body: payload ?? '' },
        key,
        options,
      );
      options.store.put(key.id, { bodyHash: key.bodyHash, firstTriedAt: key.firstTriedAt, answer });
    }
    underWay.delete(key.id);
    return payload;
  });
}

function openKey(request: FastifyRequest, header: string, { crypto, now }: IdempotencyOptions): RequestKey {
  const person = request.person;
  if (person === undefined) throw new Problem('session-required');
  const route = `${request.method} ${request.routeOptions.url} ${JSON.stringify(request.params)}`;
  return {
    id: keyedHash(person, `key/${person.person}/${route}/${header}`, crypto),
    bodyHash: keyedHash(person, `body/${bodyText(request, crypto)}`, crypto),
    firstTriedAt: now(),
    person,
    replayed: false,
  };
}

/** What tells one request of a route from another; bytes by their hash. */
function bodyText({ body, query }: FastifyRequest, crypto: WallCrypto): string {
  if (!(body instanceof Uint8Array)) return JSON.stringify(body) ?? '';
  return `${toBase64Url(crypto.sha256(body))}/${JSON.stringify(query)}`;
}

/** Keyed, so that the file does not let anybody test guesses of what was written. */
function keyedHash(person: UnlockedPerson, text: string, crypto: WallCrypto): string {
  return toBase64Url(
    crypto.hkdf(person.storageKey, crypto.sha256(utf8.encode(text)), utf8.encode('idempotency/1'), 32),
  );
}

function replay(answer: Answer, key: RequestKey, reply: FastifyReply): FastifyReply {
  key.replayed = true;
  return reply.code(answer.status).headers(answer.headers).header('idempotency-replayed', 'true').send(answer.body);
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name);
    if (value !== undefined) headers[name] = String(value);
  }
  return headers;
}

function sealAnswer(answer: Answer, key: RequestKey, { crypto }: IdempotencyOptions): Uint8Array {
  const nonce = crypto.randomBytes(NONCE_BYTES);
  const plaintext = utf8.encode(JSON.stringify(answer));
  const ciphertext = crypto.encrypt(key.person.storageKey, nonce, plaintext, utf8.encode(key.id));
  return new Uint8Array([...nonce, ...ciphertext]);
}

/** Undefined when the bytes are not what sealAnswer made for this key. */
function openAnswer(sealed: Uint8Array, key: RequestKey, crypto: WallCrypto): Answer | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const ciphertext = sealed.subarray(NONCE_BYTES);
  const plaintext = crypto.decrypt(key.person.storageKey, nonce, ciphertext, utf8.encode(key.id));
  return plaintext === undefined ? undefined : (JSON.parse(new TextDecoder().decode(plaintext)) as Answer);
}

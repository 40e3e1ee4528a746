/**
 * Cursors: where a list goes on, as opaque text. Each carries a code that only this run of this phone can make, over
 * the list it belongs to, so a forged cursor, or one of another list or reader, is refused and what is inside can
 * be trusted. They last until the phone restarts.
 */
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { Problem } from './problem.ts';
import type { WallCrypto } from './wall-crypto.ts';

const CODE_BYTES = 12;
const NO_SALT = new Uint8Array(0);
const ZERO = new Uint8Array(1);
const utf8 = new TextEncoder();

/** Which list a cursor belongs to: kind, subject, reader. */
export type ListName = readonly string[];

export class Cursors {
  readonly #crypto: WallCrypto;
  readonly #key: Uint8Array;

  constructor(crypto: WallCrypto) {
    this.#crypto = crypto;
    this.#key = crypto.randomBytes(32);
  }

  /** The cursor for going on at a position. */
  make(list: ListName, position: string): string {
    const body = utf8.encode(position);
    const cursor = new Uint8Array(CODE_BYTES + body.length);
    cursor.set(this.#code(list, body));
    cursor.set(body, CODE_BYTES);
    return toBase64Url(cursor);
  }

  /** The position of a cursor made for this list. Throws Problem invalid-cursor on any other text. */
  read(list: ListName, cursor: string): string {
    const bytes = fromBase64Url(cursor);
    if (bytes === undefined || bytes.length < CODE_BYTES) throw new Problem('invalid-cursor');
    const body = bytes.subarray(CODE_BYTES);
    if (!this.#crypto.equal(this.#code(list, body), bytes.subarray(0, CODE_BYTES))) throw new Problem('invalid-cursor');
    return new TextDecoder().decode(body);
  }

  #code(list: ListName, body: Uint8Array): Uint8Array {
    const digest = this.#crypto.sha256(utf8.encode(JSON.stringify(list)), ZERO, body);
    return this.#crypto.hkdf(this.#key, NO_SALT, digest, CODE_BYTES);
  }
}

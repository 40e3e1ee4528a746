/** A secret that callers show as `authorization: Bearer TOKEN`, compared in a time that tells nothing of it. */
import { createHash, timingSafeEqual } from 'node:crypto';

export class BearerToken {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digestOf(`Bearer ${token}`);
  }

  /** `authorization`: the header or metadata of a call. Digests have one length: not even that of the token shows. */
  isShownBy(authorization: string | undefined): boolean {
    return timingSafeEqual(digestOf(authorization ?? ''), this.#digest);
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Idempotency keys: what is tried again goes under the key it had, so that the phone does it once. */
import { newKey } from '../api/client.ts';

export class Attempts {
  readonly #keys = new Map<string, string>();

  /** The key for what is sent, the same for the same. */
  keyOf(content: string): string {
    const key = this.#keys.get(content) ?? newKey();
    this.#keys.set(content, key);
    return key;
  }

  /** After a success the same content is something new. */
  clear(): void {
    this.#keys.clear();
  }
}

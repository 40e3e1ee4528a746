/**
 * Digests of ranges: the count of the records in it and the XOR of the first 16 bytes of their hashes. XOR takes
 * no order and can be undone, so a remembered digest follows each change and a range is scanned at most once.
 */
import { type Id, inOwnedRange } from '../../../shared/core/id.ts';

const WORDS = [0, 8, 16, 24];

export class RangeDigest {
  count = 0;
  readonly words = new Uint32Array(4);

  /** Takes a record's hash (hex) in, or, counting -1, out again. */
  toggle(hash: string, counting: 1 | -1): void {
    this.count += counting;
    for (let i = 0; i < 4; i++) {
      const at = WORDS[i]!;
      this.words[i]! ^= Number.parseInt(hash.slice(at, at + 8), 16);
    }
  }

  /** Takes in what another digest covers. */
  add(count: number, words: Uint32Array): void {
    this.count += count;
    for (let i = 0; i < 4; i++) this.words[i]! ^= words[i]!;
  }

  /** 32 hexadecimal digits. */
  toString(): string {
    let text = '';
    for (const word of this.words) text += word.toString(16).padStart(8, '0');
    return text;
  }
}

/** A record that came into the store or went out of it. */
export interface RangeChange {
  readonly place: Id;
  readonly hash: string;
  readonly counting: 1 | -1;
}

interface Remembered {
  readonly from: Id;
  readonly to: Id;
  readonly digest: RangeDigest;
}

/** Ranges a phone is asked about again and again are few: its own and those it shares with each neighbour. */
const REMEMBERED_RANGES = 128;

/** The digests of the ranges that were asked for last. */
export class DigestMemo {
  /** In order of last use, the oldest first. */
  readonly #ranges = new Map<string, Remembered>();

  /** The digest of the records in (from, to]; `scan` feeds it each record's hash when it is not remembered. */
  of(from: Id, to: Id, scan: (digest: RangeDigest) => void): RangeDigest {
    const name = from + to;
    let range = this.#ranges.get(name);
    if (range === undefined) {
      range = { from, to, digest: new RangeDigest() };
      scan(range.digest);
      if (this.#ranges.size >= REMEMBERED_RANGES) this.#ranges.delete(this.#ranges.keys().next().value!);
    } else {
      this.#ranges.delete(name);
    }
    this.#ranges.set(name, range);
    return range.digest;
  }

  apply(changes: readonly RangeChange[]): void {
    for (const { place, hash, counting } of changes) {
      for (const range of this.#ranges.values()) {
        if (inOwnedRange(range.from, place, range.to)) range.digest.toggle(hash, counting);
      }
    }
  }
}

/**
 * Numbers of up to 64 bits, in two words, of which it only has to be known whether they have been seen. The number is
 * permuted, so that equal numbers and no others stay equal; its high part says the bucket and 32 bits are kept: four
 * bytes a number. As long as the high word has no more bits than the bucket's number, that is exact. Where it has,
 * two numbers can be taken for one (hash compaction, Wolper and Leroy 1993); `omissionProbability` says how likely.
 */
const SLOTS = 24;
/** Of a bucket's slots, filled when the set has as many as it was made for: so that few buckets are too small. */
const MEAN_FILL = 15;

export class PackedSet {
  count = 0;
  readonly isExact: boolean;
  readonly #highBits: number;
  readonly #highMask: number;
  readonly #bucketBits: number;
  readonly #slots: Uint32Array;
  readonly #filled: Uint8Array;
  /** What did not fit into its bucket. */
  readonly #overflow = new Map<number, Set<number>>();

  /** `highBits`: of the high words, 1 to 32. `expected`: numbers for which it has room; more make it slower. */
  constructor(highBits: number, expected: number) {
    this.#bucketBits = Math.max(8, Math.ceil(Math.log2(expected / MEAN_FILL)));
    this.#highBits = highBits;
    this.#highMask = highBits === 32 ? -1 : (1 << highBits) - 1;
    this.isExact = highBits <= this.#bucketBits;
    this.#slots = new Uint32Array(SLOTS * 2 ** this.#bucketBits);
    this.#filled = new Uint8Array(2 ** this.#bucketBits);
  }

  /** Bytes of its tables. */
  get bytes(): number {
    return this.#slots.byteLength + this.#filled.byteLength;
  }

  /** An upper bound of the probability that any number was taken for another. */
  get omissionProbability(): number {
    if (this.isExact) return 0;
    return Math.min(1, this.count ** 2 / 2 / 2 ** (this.#bucketBits + 32));
  }

  /** Adds a number. False if it was there already. */
  add(high: number, low: number): boolean {
    let h = high & this.#highMask;
    let kept = low ^ mix(h + 0x9e3779b9);
    h = (h ^ mix(kept)) & this.#highMask;
    kept = (kept ^ mix(h ^ 0x85ebca6b)) >>> 0;
    const bucket = this.#bucketOf(h, kept);
    const filled = this.#filled[bucket]!;
    const start = bucket * SLOTS;
    for (let slot = start; slot < start + filled; slot++) if (this.#slots[slot] === kept) return false;
    if (filled < SLOTS) {
      this.#slots[start + filled] = kept;
      this.#filled[bucket] = filled + 1;
    } else if (!this.#addBeside(bucket, kept)) return false;
    this.count += 1;
    return true;
  }

  #bucketOf(high: number, kept: number): number {
    const missing = this.#bucketBits - this.#highBits;
    if (missing <= 0) return high & (2 ** this.#bucketBits - 1);
    return high * 2 ** missing + (kept >>> (32 - missing));
  }

  #addBeside(bucket: number, kept: number): boolean {
    const beside = this.#overflow.get(bucket);
    if (beside === undefined) this.#overflow.set(bucket, new Set([kept]));
    else if (beside.has(kept)) return false;
    else beside.add(kept);
    return true;
  }
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the bits. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

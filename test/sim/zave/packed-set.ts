/**
 * Numbers of up to 64 bits, in two words, of which it only has to be known whether they have been seen. The number is
 * permuted, so that equal numbers and no others stay equal; its high part says the bucket and 32 bits are kept: four
 * bytes a number. As long as the high word has fewer bits than the bucket's number, that is exact. Where it has not,
 * two numbers can be taken for one (hash compaction, Wolper and Leroy 1993); `omissionProbability` says how likely.
 *
 * Numbers wait until there are many for the same part of the table, which then is in the cache: one at a time, each
 * would wait for memory.
 */
const SLOTS = 28;
/** Of a bucket's slots, filled when the set has as many as it was made for: so that few buckets are too small. */
const MEAN_FILL = 18;
const LEAST_BUCKET_BITS = 8;
/** Parts of the table: 2^PART_BITS. */
const PART_BITS = 8;
/** Numbers that wait for a part at most. */
const WAITING = 1 << 14;

export class PackedSet {
  count = 0;
  readonly isExact: boolean;
  readonly #highMask: number;
  readonly #bucketBits: number;
  /** Bits of the bucket's number that the high word lacks, and the kept one lends. */
  readonly #lent: number;
  /** Bucket by bucket; 0 is free. */
  readonly #slots: Uint32Array;
  /** What did not fit into its bucket. */
  readonly #overflow = new Map<number, Set<number>>();
  /** Words of the numbers that wait, part by part, and how many do. */
  readonly #waiting = new Uint32Array((2 * WAITING) << PART_BITS);
  readonly #waitingCounts = new Uint32Array(1 << PART_BITS);
  readonly #onNew: (high: number, low: number) => void;
  /** Where `#permute` puts what it makes. */
  #bucket = 0;
  #kept = 0;

  /**
   * `highBits`: of the high words, 1 to 32. `expected`: numbers for which it has room; more make it slower. `onNew` is told
   * each number once, when it is seen for the first time.
   */
  constructor(highBits: number, expected: number, onNew: (high: number, low: number) => void) {
    this.#bucketBits = Math.max(LEAST_BUCKET_BITS, Math.ceil(Math.log2(expected / MEAN_FILL)));
    this.#highMask = highBits === 32 ? -1 : (1 << highBits) - 1;
    this.#lent = Math.max(0, this.#bucketBits - highBits);
    this.isExact = this.#lent > 0;
    this.#slots = new Uint32Array(SLOTS * 2 ** this.#bucketBits);
    this.#onNew = onNew;
  }

  /** An upper bound of the probability that any number was taken for another. */
  get omissionProbability(): number {
    if (this.isExact) return 0;
    return Math.min(1, this.count ** 2 / 2 / 2 ** (this.#bucketBits + 31));
  }

  /** Adds a number, sooner or later. */
  add(high: number, low: number): void {
    this.#permute(high, low);
    const part = this.#bucket >>> (this.#bucketBits - PART_BITS);
    const waits = this.#waitingCounts[part]!;
    const at = 2 * (part * WAITING + waits);
    this.#waiting[at] = high;
    this.#waiting[at + 1] = low;
    this.#waitingCounts[part] = waits + 1;
    if (waits + 1 === WAITING) this.#flushPart(part);
  }

  /** Adds all that wait. */
  flush(): void {
    for (let part = 0; part < this.#waitingCounts.length; part++) this.#flushPart(part);
  }

  #flushPart(part: number): void {
    const end = 2 * (part * WAITING + this.#waitingCounts[part]!);
    for (let at = 2 * part * WAITING; at < end; at += 2) {
      const high = this.#waiting[at]!;
      const low = this.#waiting[at + 1]!;
      this.#permute(high, low);
      if (!this.#isNew()) continue;
      this.count += 1;
      this.#onNew(high, low);
    }
    this.#waitingCounts[part] = 0;
  }

  /** Puts what was permuted last into its bucket. False if it was there already. */
  #isNew(): boolean {
    const slots = this.#slots;
    const kept = this.#kept;
    const start = this.#bucket * SLOTS;
    for (let slot = start; slot < start + SLOTS; slot++) {
      const there = slots[slot]!;
      if (there === kept) return false;
      if (there !== 0) continue;
      slots[slot] = kept;
      return true;
    }
    return this.#isNewBeside();
  }

  #isNewBeside(): boolean {
    const beside = this.#overflow.get(this.#bucket);
    if (beside?.has(this.#kept)) return false;
    if (beside === undefined) this.#overflow.set(this.#bucket, new Set([this.#kept]));
    else beside.add(this.#kept);
    return true;
  }

  /** A Feistel network of three rounds: what it makes says what it was made of. */
  #permute(high: number, low: number): void {
    let kept = low ^ mix(high + 0x9e3779b9);
    const permuted = (high ^ mix(kept)) & this.#highMask;
    kept = (kept ^ mix(permuted ^ 0x85ebca6b)) >>> 0;
    const lent = this.#lent;
    if (lent > 0) {
      this.#bucket = permuted * 2 ** lent + (kept >>> (32 - lent));
      // The first bit is lent, so that one may stand for it: nothing that is kept is 0.
      this.#kept = (kept | 0x80000000) >>> 0;
    } else {
      this.#bucket = permuted & (2 ** this.#bucketBits - 1);
      this.#kept = kept === 0 ? 1 : kept;
    }
  }
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the bits. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * Values of a scenario file, read as what they should be, and the keys of its mappings. What is wrong is told to the
 * source, and nothing given.
 */
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { parseDurationMs } from '../duration.ts';
import { suggestion } from './nearest-name.ts';
import type { Source } from './source.ts';

const BITS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['kbit/s', 1e3],
  ['Mbit/s', 1e6],
  ['Gbit/s', 1e9],
]);

export class Value {
  readonly source: Source;
  /** How the value is called in faults: `population.phones`. */
  readonly path: string;
  readonly #node: Node | null;
  /** Where faults are told of; the key, when there is no value. */
  readonly #at: Node | null;
  /** Where faults of a mapping as a whole are told of. */
  readonly #key: Node | null;

  constructor(source: Source, node: Node | null, path: string, key: Node | null = node) {
    this.source = source;
    this.#node = source.resolve(node);
    this.path = path;
    this.#at = isNothing(node) ? key : node;
    this.#key = key;
  }

  /** Tells a fault of this value. */
  fault(message: string): undefined {
    this.source.fault(this.#at, `${this.path}: ${message}`);
  }

  /** The scalar as it stands in the file; undefined when it is none. */
  get plain(): string | undefined {
    if (!isScalar(this.#node) || this.#node.value === null) return undefined;
    return typeof this.#node.value === 'string' ? this.#node.value : (this.#node.source ?? String(this.#node.value));
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  text(most = 2_000): string | undefined {
    const text = this.plain?.trim();
    if (text === undefined || text === '') return this.fault('a text is wanted');
    return text.length <= most ? text : this.fault(`at most ${most} characters`);
  }

  /** A whole number. */
  count(least: number, most: number): number | undefined {
    const value = Number(this.plain ?? Number.NaN);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    return this.fault(`a whole number from ${least} to ${most} is wanted, not ${this.#shown}`);
  }

  number(least: number, most: number): number | undefined {
    const value = Number(this.plain ?? Number.NaN);
    if (value >= least && value <= most) return value;
    return this.fault(`a number from ${least} to ${most} is wanted, not ${this.#shown}`);
  }

  /** `25%` as 0.25. */
  share(): number | undefined {
    const match = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(this.plain ?? '');
    const share = Number(match?.[1] ?? Number.NaN) / 100;
    if (share >= 0 && share <= 1) return share;
    return this.fault(`a share such as 25%, from 0% to 100%, is wanted, not ${this.#shown}`);
  }

  durationMs(leastMs = 0): number | undefined {
    const ms = parseDurationMs(this.plain ?? '');
    if (ms === undefined) return this.fault(`a time such as 250ms, 90s, 1.4min or 2h is wanted, not ${this.#shown}`);
    return ms >= leastMs ? ms : this.fault(`at least ${leastMs} ms`);
  }

  /** `5ms..20ms`, or one time that is both ends. */
  durationRangeMs(): readonly [number, number] | undefined {
    const parts = (this.plain ?? '').split('..');
    const [least, most = least] = parts.map((part) => parseDurationMs(part.trim()));
    if (parts.length <= 2 && least !== undefined && most !== undefined && least <= most) return [least, most];
    return this.fault(`a range of times such as 5ms..20ms is wanted, not ${this.#shown}`);
  }

  bitsPerSecond(): number | undefined {
    const match = /^(\d{1,6}(?:\.\d{1,3})?)\s*([kMG]bit\/s)$/.exec(this.plain ?? '');
    const bits = Number(match?.[1] ?? Number.NaN) * (BITS_OF_UNIT.get(match?.[2] ?? '') ?? Number.NaN);
    return bits > 0 ? bits : this.fault(`a bandwidth such as 256kbit/s or 10Mbit/s is wanted, not ${this.#shown}`);
  }

  oneOf<Name extends string>(names: readonly Name[]): Name | undefined {
    const name = names.find((candidate) => candidate === this.plain);
    if (name !== undefined) return name;
    return this.fault(`${names.join(' or ')} is wanted, not ${this.#shown}${suggestion(this.plain ?? '', names)}`);
  }

  list(): readonly Value[] | undefined {
    if (!isSeq(this.#node)) return this.fault(`a list is wanted, not ${this.#shown}`);
    return this.#node.items.map((item, i) => new Value(this.source, item as Node, `${this.path}[${i}]`));
  }

  section(): Section | undefined {
    if (isMap(this.#node)) return new Section(this.source, this.#node, this.path, this.#key);
    return this.fault(`keys with values are wanted, not ${this.#shown}`);
  }

  get #shown(): string {
    if (isMap(this.#node)) return 'keys with values';
    if (isSeq(this.#node)) return 'a list';
    return this.plain === undefined ? 'nothing' : JSON.stringify(this.plain);
  }
}

/** A key without a value. */
export function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** The keys of one mapping: each is taken once, and what nobody took is a fault. */
export class Section {
  readonly path: string;
  readonly #source: Source;
  readonly #at: Node | null;
  readonly #values = new Map<string, { readonly key: Node; readonly value: Value }>();
  readonly #asked: string[] = [];

  constructor(source: Source, map: YAMLMap, path: string, at: Node | null = map) {
    this.path = path;
    this.#source = source;
    this.#at = at;
    for (const pair of map.items) {
      const key = pair.key as Node;
      const name = isScalar(key) ? (key.source ?? String(key.value)) : '';
      const inside = path === '' ? name : `${path}.${name}`;
      this.#values.set(name, { key, value: new Value(source, pair.value as Node | null, inside, key) });
    }
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Undefined when the key is missing, which is a fault, or when `read` gives that. */
  required<T>(name: string, read: (value: Value) => T | undefined): T | undefined {
    if (!this.has(name)) this.fault(`${name} is missing`);
    return this.optional(name, read);
  }

  optional<T>(name: string, read: (value: Value) => T | undefined): T | undefined {
    this.#asked.push(name);
    const entry = this.#values.get(name);
    return entry === undefined ? undefined : read(entry.value);
  }

  fault(message: string): undefined {
    this.#source.fault(this.#at, this.path === '' ? message : `${this.path}: ${message}`);
  }

  /** Tells a fault of every key that nobody asked for. */
  end(): void {
    for (const [name, { key }] of this.#values) {
      if (this.#asked.includes(name)) continue;
      const where = this.path === '' ? '' : `${this.path}: `;
      const known = `${this.#asked.join(', ')} are known`;
      this.#source.fault(key, `${where}there is no key ${name}${suggestion(name, this.#asked) || `: ${known}`}`);
    }
  }
}

/** Reads settings from environment variables and lists everything that is wrong with them at once. */
import { isAddressRange } from '../network/address-ranges.ts';
import { formatHostPort, type HostPort, parseHostPort } from '../network/host-port.ts';

/** The program was set up wrongly; `faults` says how, one sentence each. The process ends with EXIT_CONFIGURATION. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(faults.join('\n'), options);
    this.faults = faults;
  }
}

/** EX_CONFIG of sysexits.h. */
export const EXIT_CONFIGURATION = 78;

export type EnvironmentValues = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables one by one; a wrong one yields its fallback (or an empty value) and is remembered until `check`.
 * An empty variable counts as unset.
 */
export class EnvironmentReader {
  readonly #values: EnvironmentValues;
  readonly #faults: string[] = [];

  constructor(values: EnvironmentValues) {
    this.#values = values;
  }

  /** Throws a ConfigurationError when anything read so far was wrong. */
  check(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
  }

  fault(message: string): void {
    this.#faults.push(message);
  }

  optional(name: string): string | undefined {
    const value = this.#values[name]?.trim();
    return value === '' ? undefined : value;
  }

  text(name: string, fallback?: string): string {
    const value = this.optional(name) ?? fallback;
    if (value === undefined) this.fault(`${name} must be set`);
    return value ?? '';
  }

  /** A text that must match a pattern; `expected` names what is allowed. */
  matching(name: string, fallback: string, pattern: RegExp, expected: string): string {
    const value = this.optional(name) ?? fallback;
    if (pattern.test(value)) return value;
    this.fault(`${name} must be ${expected}, not ${JSON.stringify(value)}`);
    return fallback;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.optional(name) ?? fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.fault(`${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
    return choice ?? fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    return this.optionalInteger(name, least, most) ?? fallback;
  }

  /** Undefined when the variable is unset. */
  optionalInteger(name: string, least: number, most: number): number | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    this.fault(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
    return undefined;
  }

  hostPort(name: string, fallback?: string): HostPort {
    const text = this.text(name, fallback);
    return this.#hostPort(name, text) ?? { host: '127.0.0.1', port: 0 };
  }

  /** Undefined when the variable is unset. */
  optionalHostPort(name: string): HostPort | undefined {
    const text = this.optional(name);
    return text === undefined ? undefined : this.#hostPort(name, text);
  }

  /** Comma-separated host:port; at most `most` of them. */
  hostPorts(name: string, most: number): readonly string[] {
    const texts = this.#list(name);
    if (texts.length > most) this.fault(`${name} must name at most ${most} addresses, not ${texts.length}`);
    return texts.flatMap((text) => {
      const parsed = this.#hostPort(name, text);
      if (parsed === undefined) return [];
      if (parsed.port === 0) this.fault(`${name} must give a port other than 0 in ${JSON.stringify(text)}`);
      return [formatHostPort(parsed)];
    });
  }

  /** Comma-separated names or IP addresses without ports, `*` among them perhaps. */
  hosts(name: string): readonly string[] {
    const hosts = this.#list(name);
    for (const host of hosts) {
      if (host === '*' || parseHostPort(`${host}:1`) !== undefined) continue;
      this.fault(
        `${name} must list names or IP addresses without ports (IPv6 in brackets), not ${JSON.stringify(host)}`,
      );
    }
    return hosts;
  }

  /** Comma-separated IP addresses, or ranges of them as `10.0.0.0/8`. */
  addressRanges(name: string): readonly string[] {
    const ranges = this.#list(name);
    for (const range of ranges) {
      if (isAddressRange(range)) continue;
      this.fault(`${name} must list IP addresses or ranges such as 10.0.0.0/8, not ${JSON.stringify(range)}`);
    }
    return ranges;
  }

  /** A secret that callers show; undefined when unset. A wrong one is not quoted: it may be one with a slip in it. */
  secret(name: string): string | undefined {
    const secret = this.optional(name);
    if (secret !== undefined && !/^[!-~]{16,200}$/.test(secret)) {
      this.fault(`${name} must be 16 to 200 printable ASCII characters without spaces`);
    }
    return secret;
  }

  #list(name: string): readonly string[] {
    const parts = (this.optional(name) ?? '').split(',').map((part) => part.trim());
    return parts.filter((part) => part !== '');
  }

  #hostPort(name: string, text: string): HostPort | undefined {
    if (text === '') return undefined;
    const parsed = parseHostPort(text);
    if (parsed === undefined) {
      this.fault(`${name} must be host:port (an IPv6 host in brackets), not ${JSON.stringify(text)}`);
    }
    return parsed;
  }
}

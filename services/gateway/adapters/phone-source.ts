/** Where the phones are, as a list, the DNS or a supervisor tells. */
import { promises as dns } from 'node:dns';
import { formatHostPort, type HostPort } from '../../shared/runtime/network/host-port.ts';
import type { Logger } from '../../shared/runtime/program/logging.ts';
import type { PhonesMessage } from '../client/supervisor-protocol.ts';
import type { Listing } from '../core/phone.ts';
import type { PhoneSource } from '../environment.ts';

/** Tells all phones there are, each time that may have changed. */
export type Tell = (listings: readonly Listing[]) => void;

/** Between two looks at the DNS, ms. */
const RESOLVE_MS = 10_000;
/** The number at the end of a host's name, as containers (`ringwall-phone-3`) and pods (`phone-3`) have one. */
const ORDINAL = /^[^.]*[a-z][-_](\d{1,6})(?:\.|$)/i;

/** Starts to tell; gives what ends it. */
export function followSource(source: PhoneSource, tell: Tell, logger: Logger): () => void {
  switch (source.kind) {
    case 'list':
      tell(source.apis.map((api, index) => ({ api, number: index + 1 })));
      return () => undefined;
    case 'dns':
      return new DnsSource(source.name, tell, logger).start();
    case 'supervisor':
      return followSupervisor(tell);
  }
}

function followSupervisor(tell: Tell): () => void {
  const onMessage = (message: unknown): void => {
    if (!isPhonesMessage(message)) return;
    tell(message.phones.map(({ n, api, state }) => ({ api, number: n, supervised: state })));
  };
  process.on('message', onMessage);
  return () => void process.off('message', onMessage);
}

function isPhonesMessage(message: unknown): message is PhonesMessage {
  return (message as Partial<PhonesMessage> | null)?.type === 'phones';
}

/** All addresses of one name, numbered by the names that the DNS has for them where these end in a number. */
class DnsSource {
  readonly #name: HostPort;
  readonly #tell: Tell;
  readonly #logger: Logger;
  /** The number of each address that was asked for; undefined: it has none. */
  readonly #numbers = new Map<string, number | undefined>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #failing = false;

  constructor(name: HostPort, tell: Tell, logger: Logger) {
    this.#name = name;
    this.#tell = tell;
    this.#logger = logger;
  }

  start(): () => void {
    void this.#look();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
    };
  }

  async #look(): Promise<void> {
    const addresses = await this.#resolve();
    if (addresses !== undefined) {
      await Promise.all(addresses.map((address) => this.#findNumber(address)));
      if (!this.#stopped) this.#tell(this.#listings(addresses));
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), RESOLVE_MS).unref();
  }

  /** Undefined when the name server does not answer: what was known stays so. */
  async #resolve(): Promise<readonly string[] | undefined> {
    try {
      const found = await dns.lookup(this.#name.host, { all: true });
      this.#failing = false;
      return found.map(({ address }) => address);
    } catch (error) {
      // A name nobody has is what a network without phones looks like.
      if ((error as NodeJS.ErrnoException).code === 'ENOTFOUND') return [];
      if (!this.#failing) this.#logger.warn({ err: error, name: this.#name.host }, 'the name cannot be resolved');
      this.#failing = true;
      return undefined;
    }
  }

  async #findNumber(address: string): Promise<void> {
    if (this.#numbers.has(address)) return;
    try {
      this.#numbers.set(address, ordinalOf(await dns.reverse(address)));
    } catch {
      this.#numbers.set(address, undefined);
    }
  }

  #listings(addresses: readonly string[]): Listing[] {
    for (const address of this.#numbers.keys()) if (!addresses.includes(address)) this.#numbers.delete(address);
    const taken = new Set<number>();
    return [...addresses].sort(inOrderOfAddress).map((host) => {
      const api = formatHostPort({ host, port: this.#name.port });
      const number = this.#numbers.get(host);
      if (number === undefined || taken.has(number)) return { api };
      taken.add(number);
      return { api, number };
    });
  }
}

/** The number that some name of a host ends with. */
export function ordinalOf(names: readonly string[]): number | undefined {
  for (const name of names) {
    const digits = ORDINAL.exec(name)?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return undefined;
}

/** Engines hand addresses out in the order of their containers' starts: 10.0.0.9 before 10.0.0.10. */
export function inOrderOfAddress(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

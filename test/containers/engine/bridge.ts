/** A network of the engine with addresses that are given out here: a phone that comes back has the one it had. */
import { randomBytes, randomInt } from 'node:crypto';
import { type Engine, SESSION_LABEL, thisSession, unlessGone } from './engine.ts';

/** Subnets are tried until one is free on this machine. */
const ATTEMPTS = 50;
/** A /22 has 1022 addresses, and a bridge takes 1023 ports. */
const PREFIX = 22;
/** The first belongs to the bridge itself. */
const FIRST_HOST = 2;
const LAST_HOST = 1021;

export class Bridge {
  readonly name: string;
  readonly #engine: Engine;
  readonly #base: readonly [number, number, number];
  #next = FIRST_HOST;

  private constructor(engine: Engine, name: string, base: readonly [number, number, number]) {
    this.#engine = engine;
    this.name = name;
    this.#base = base;
  }

  static async create(engine: Engine): Promise<Bridge> {
    const name = `ringwall-${randomBytes(4).toString('hex')}`;
    for (let attempt = 1; ; attempt++) {
      const base = [10, randomInt(64, 255), randomInt(64) * 4] as const;
      try {
        await engine.createNetwork({
          Name: name,
          Driver: 'bridge',
          Labels: { [SESSION_LABEL]: thisSession() },
          IPAM: { Driver: 'default', Config: [{ Subnet: `${base.join('.')}.0/${PREFIX}` }] },
        });
        return new Bridge(engine, name, base);
      } catch (error) {
        if (attempt === ATTEMPTS || !/overlap/i.test((error as Error).message)) throw error;
      }
    }
  }

  /** This machine's own address, as containers see what it sends them. */
  get hostAddress(): string {
    return `${this.#base.join('.')}.1`;
  }

  /** An address that nobody on this network has. */
  nextAddress(): string {
    if (this.#next > LAST_HOST)
      throw new Error(`a network has ${LAST_HOST - FIRST_HOST + 1} addresses, and all are taken`);
    const host = this.#next++;
    const [a, b, c] = this.#base;
    return `${a}.${b}.${c + (host >> 8)}.${host & 255}`;
  }

  async remove(): Promise<void> {
    await this.#engine.getNetwork(this.name).remove().catch(unlessGone);
  }
}

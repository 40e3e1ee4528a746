/** Whom a person does not want to hear of. Nobody else learns of it. */
import { type Id, uuidOf } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { PrivateStates } from '../identity/private-state.ts';
import { Problem } from '../problem.ts';
import type { Custody } from '../ring/ring-client.ts';

/** Each is an entry that every feed reads: five pages of them. */
export const MAX_BLOCKS = 1_000;

export interface Block {
  readonly person: Id;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

const NOBODY: ReadonlySet<Id> = new Set();

export class Blocks {
  readonly #states: PrivateStates;
  readonly #now: () => number;

  constructor(states: PrivateStates, now: () => number) {
    this.#states = states;
    this.#now = now;
  }

  /** Whom a viewer has blocked; nobody when nobody is logged in. */
  async of(viewer: UnlockedPerson | undefined): Promise<ReadonlySet<Id>> {
    if (viewer === undefined) return NOBODY;
    const { blocks } = await this.#states.read(viewer);
    return new Set(blocks.keys());
  }

  /** The latest first. */
  async list(me: UnlockedPerson): Promise<readonly Block[]> {
    const { blocks } = await this.#states.read(me);
    return [...blocks].map(([person, since]) => ({ person, since })).sort((a, b) => b.since - a.since);
  }

  /** Throws Problem blocked when one has blocked this person. */
  async mustNotBlock(me: UnlockedPerson, other: Id): Promise<void> {
    const blocked = await this.of(me);
    if (blocked.has(other)) throw new Problem('blocked', `You have blocked ${uuidOf(other)}.`);
  }

  /** Throws unprocessable-content (oneself) and limit-reached. Blocking again keeps the first time. */
  async add(me: UnlockedPerson, other: Id): Promise<Custody> {
    if (other === me.person) throw new Problem('unprocessable-content', 'Nobody can block themselves.');
    const { blocks } = await this.#states.read(me);
    if (!blocks.has(other) && blocks.size >= MAX_BLOCKS) {
      throw new Problem('limit-reached', `${MAX_BLOCKS} blocks are the bound.`, { members: { limit: MAX_BLOCKS } });
    }
    return await this.#states.keep(me, { type: 'block', person: other, since: blocks.get(other) ?? this.#now() });
  }

  /** It is no fault when there is no such block. */
  async remove(me: UnlockedPerson, other: Id): Promise<Custody> {
    return await this.#states.drop(me, { type: 'block', person: other, since: 0 });
  }
}

/**
 * The phones of a world as Zave's harness sees a network (zave/network.ts): who is a member, each member's ring state,
 * and the lists that answers on their way will make. Ids become positions, by their order.
 */
import * as ring from '../../../services/chord-router/core/ring/ring.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import type { SimPhone } from '../ring/phone.ts';
import { isBetween, Network } from '../zave/network.ts';

/** What a reply that sets out will make of the list of the phone that asked. */
export interface ComingAnswer {
  readonly answer: ring.RingState;
  readonly list: readonly Contact[];
}

/** Answers to one phone that may be on their way at once. */
const ANSWERS_EACH = 4;

export class RingImage {
  readonly network: Network;
  readonly phones: readonly SimPhone[];
  /** The phone at each position. */
  readonly order: readonly SimPhone[];
  readonly #positions: ReadonlyMap<Id, number>;
  /** Ring state that each position was last seen with. */
  readonly #seen: (ring.RingState | undefined)[];

  /** `leastPrincipals`: as in zave/network.ts. */
  constructor(phones: readonly SimPhone[], r: number, leastPrincipals: number) {
    this.phones = [...phones];
    this.order = [...phones].sort((a, b) => (a.contact.id < b.contact.id ? -1 : 1));
    this.#positions = new Map(this.order.map(({ contact }, position) => [contact.id, position]));
    this.#seen = this.order.map(() => undefined);
    this.network = new Network({ size: phones.length, r, leastPrincipals, answersEach: ANSWERS_EACH });
  }

  positionOf({ id }: Pick<Contact, 'id'>): number {
    const position = this.#positions.get(id);
    if (position === undefined) throw new RangeError(`no phone of this world has the id ${id}`);
    return position;
  }

  /** The ring state of the phone at a position; undefined if it is no member. */
  stateAt(position: number): ring.RingState | undefined {
    const phone = this.order[position]!;
    return phone.isUp ? phone.node.ring : undefined;
  }

  /** Positions whose phone's ring state is another than when it was last taken in. */
  changed(): number[] {
    const changed: number[] = [];
    for (let position = 0; position < this.order.length; position++) {
      if (this.stateAt(position) !== this.#seen[position]) changed.push(position);
    }
    return changed;
  }

  /** Takes in the state that the phone at a position has now. */
  take(position: number): void {
    const state = this.stateAt(position);
    this.#seen[position] = state;
    this.network.set(position, state && this.#translated(state));
  }

  /**
   * The list that the answer of a member in this state will make if it arrives: at a phone that joins, at one whose first successor it is,
   * or as that of a phone between those two. Undefined if the answer is of no consequence for lists.
   */
  comingAnswer(asker: SimPhone, asked: ring.RingState): ComingAnswer | undefined {
    const { network } = this;
    const at = this.positionOf(asker.contact);
    const answer = this.#translated(asked);
    const self = network.contacts[at]!;
    const own = this.stateAt(at);
    if (own === undefined) {
      const joined = ring.join(self, answer.self, answer, network.r);
      return joined && { answer, list: joined.successors };
    }
    const first = this.positionOf(own.successors[0]!);
    const from = network.positionOf(answer.self);
    if (from !== first && !isBetween(at, from, first)) return undefined;
    return { answer, list: ring.clockwiseList(self, [answer.self, ...answer.successors], network.r) };
  }

  /** An answer starts on its way. Gives where it is kept until it has arrived; undefined if there are too many. */
  expect(asker: SimPhone, { answer, list }: ComingAnswer): number | undefined {
    const at = this.positionOf(asker.contact);
    for (let k = 0; k < ANSWERS_EACH; k++) {
      if (this.network.answers[k * this.network.size + at] !== undefined) continue;
      this.network.setAnswer(at, answer, list, k);
      return k;
    }
    return undefined;
  }

  /** All members' states, by position, and whose positions those are. */
  toText(): string {
    const legend = this.order.map(({ index }, position) => `${position} is phone ${index}`);
    return `${this.network.toText()}\npositions: ${legend.join(', ')}`;
  }

  #translated(state: ring.RingState): ring.RingState {
    const contact = ({ id }: Contact): Contact => this.network.contacts[this.positionOf({ id })]!;
    return {
      self: contact(state.self),
      predecessor: contact(state.predecessor),
      successors: state.successors.map(contact),
    };
  }
}

/** Steering of what a feed brings: less or more of a post's kind, interests turned up, down or off, topics chosen. */
import type { Id } from '../../../shared/core/id.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import type { PrivateStates } from '../identity/private-state.ts';
import { Problem } from '../problem.ts';
import type { InterestReader } from './interest-reader.ts';
import { topicNamed } from './topics.ts';

export interface SteeringParts {
  readonly states: PrivateStates;
  readonly interests: InterestReader;
  readonly now: () => number;
}

export interface InterestChanges {
  /** By interest id: 0 off, 1 as it is, at most 3. */
  readonly weights: ReadonlyMap<string, number>;
  readonly addTopics: readonly string[];
  readonly removeTopics: readonly string[];
}

export class Steering {
  readonly #parts: SteeringParts;

  constructor(parts: SteeringParts) {
    this.#parts = parts;
  }

  /** Less, or more, of posts like this one. The last word on a post counts. */
  async steer(me: UnlockedPerson, post: Id, liked: boolean): Promise<void> {
    await this.#parts.states.keep(me, { type: 'steer', post, liked, at: this.#parts.now() });
    this.#parts.interests.changed(me.person);
  }

  /** Throws unprocessable-content on a topic that there is not. */
  async change(me: UnlockedPerson, { weights, addTopics, removeTopics }: InterestChanges): Promise<void> {
    const { states, interests, now } = this.#parts;
    for (const name of [...addTopics, ...removeTopics]) {
      if (topicNamed(name) === undefined) {
        throw new Problem('unprocessable-content', `There is no topic of this name: ${JSON.stringify(name)}.`);
      }
    }
    for (const name of addTopics) await states.keep(me, { type: 'topic', name, at: now() });
    for (const name of removeTopics) await states.drop(me, { type: 'topic', name, at: now() });
    for (const [interest, factor] of weights) await states.keep(me, { type: 'weight', interest, factor });
    interests.changed(me.person);
  }
}

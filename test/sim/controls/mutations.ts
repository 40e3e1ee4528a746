/**
 * Deliberate breakages of the real core, one line each: what a tired engineer might write. Whole simulated phones run
 * with each of them, and a checker must notice. zave/breakages.ts does the same to the ring operations alone.
 */

/** A run that a mutation is tried in; see trials.ts. */
export type Trial = 'churn' | 'campaign' | 'exodus' | 'destruction' | 'return';

export interface Mutation {
  readonly name: string;
  /** Path of the changed file in the repository. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Where it should show, in the order to try. */
  readonly trials: readonly Trial[];
  /** It takes many seeds to show. */
  readonly isRare?: true;
}

const CORE = 'services/chord-router/core';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "adopts its successor's predecessor unasked",
    file: `${CORE}/ring/stabilise.ts`,
    find: 'if (candidate !== undefined) yield* this.#consider(candidate);',
    replace: `if (candidate !== undefined)
        context.setRing({ ...state, successors: [candidate, ...state.successors].slice(0, settings.successors) });`,
    trials: ['churn'],
  },
  {
    name: "takes its successor's list without the successor",
    file: `${CORE}/ring/ring.ts`,
    find: 'clockwiseList(state.self, [first, ...answer.successors], r)',
    replace: 'clockwiseList(state.self, answer.successors, r)',
    trials: ['churn'],
  },
  {
    name: 'keeps a successor that died',
    file: `${CORE}/ring/ring.ts`,
    find: 'const left = state.successors.filter((s) => s.id !== dead);',
    replace: 'const left = state.successors;',
    trials: ['churn'],
  },
  {
    name: "joins past its predecessor's first successor",
    file: `${CORE}/ring/ring.ts`,
    find: 'const rest = returning ? ofM.successors.slice(1) : ofM.successors;',
    replace: 'const rest = ofM.successors.slice(1);',
    trials: ['churn'],
    isRare: true,
  },
  {
    name: 'replaces its predecessor only once that died',
    file: `${CORE}/ring/ring.ts`,
    find: 'const adopted = between(predecessor.id, notifier.id, self.id) || predecessorDead;',
    replace: 'const adopted = predecessorDead;',
    trials: ['churn'],
  },
  {
    name: 'takes whoever notifies for its predecessor',
    file: `${CORE}/ring/ring.ts`,
    find: 'const adopted = between(predecessor.id, notifier.id, self.id) || predecessorDead;',
    replace: 'const adopted = true;',
    trials: ['churn'],
  },
  {
    name: 'drops a successor without confirming that it is dead',
    file: `${CORE}/ring/stabilise.ts`,
    find: "if ((yield* this.#suspicion.confirm(successor)) === 'dead') return 'dead';",
    replace: "context.drop(successor, 'dead');",
    trials: ['churn'],
  },
  {
    name: 'acknowledges a write before a quorum has it',
    file: `${CORE}/writing/delivery.ts`,
    find: "this.#answered(by, isSettled ? 'acknowledged' : 'settling');",
    replace: "for (const { id } of this.#targets) this.#answers.set(id, 'acknowledged');",
    trials: ['campaign'],
  },
  {
    name: 'reads from one replica what a quorum should tell',
    file: `${CORE}/reading/replica-reader.ts`,
    find: 'return majorityOf(expected) - votes;',
    replace: 'return 1 - votes;',
    trials: ['return', 'campaign'],
    isRare: true,
  },
  {
    name: 'answers for what it has not fetched yet',
    file: `${CORE}/serve.ts`,
    find: 'settled: keeper.coverage.covers(query.place),',
    replace: 'settled: true,',
    trials: ['return', 'campaign'],
    isRare: true,
  },
  {
    name: 'takes itself and those it hears for all there are',
    file: `${CORE}/replicas/coverage.ts`,
    find: 'return this.#someHeld && this.#isMissed(id, sinceMs);',
    replace: 'return false;',
    trials: ['campaign'],
    isRare: true,
  },
  {
    name: 'goes on without the absent, though few agree',
    file: `${CORE}/replicas/settle.ts`,
    find: 'if (!isStillAll() || !isMajorityCompared(keeper, all, comparisons)) return moved;',
    replace: 'if (!isStillAll()) return moved;',
    trials: ['campaign'],
    isRare: true,
  },
  {
    name: 'calls stored what nobody holds for sure',
    file: `${CORE}/writing/delivery.ts`,
    find: 'return this.#open === 0 && this.#acknowledged > 0 &&',
    replace: 'return this.#open === 0 &&',
    trials: ['campaign'],
  },
  {
    name: 'learns what there is from newcomers',
    file: `${CORE}/serve.ts`,
    find: 'heldFrom: coverage.heldWithin(request.from, request.to),',
    replace: 'heldFrom: request.from,',
    trials: ['campaign'],
    isRare: true,
  },
  {
    name: 'keeps a post whose tombstone it has',
    file: `${CORE}/writing/write-decision.ts`,
    find: "if (record.kind === 'immutable' && tombstoneStands) return 'tombstoned';",
    replace: '',
    trials: ['campaign'],
  },
  {
    name: 'compares nothing with the other replicas of what it owns',
    file: `${CORE}/replicas/repair.ts`,
    find: 'moved += yield* this.#compareOwned();',
    replace: '',
    trials: ['campaign'],
    isRare: true,
  },
  {
    name: 'leaves without handing over',
    file: `${CORE}/ring/leave.ts`,
    find: 'yield* handOver;',
    replace: '',
    trials: ['exodus'],
  },
];

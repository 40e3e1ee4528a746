/** Whether an entry is true: any phone can read the post, compute its vector again and compare. */
import { store, type Task } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Entry } from './entry.ts';

/** Asked of the host, which has the ring and the encoder. */
export type WitnessOperation =
  | { readonly type: 'witness-entry'; readonly entry: Entry }
  | { readonly type: 'witness-version'; readonly post: Id; readonly revision: number };

/** `stale`: it was edited since. `unknown`: the post could not be read now. */
export type Testimony = 'true' | 'stale' | 'forged' | 'deleted' | 'unknown';

/** Reads the post on the ring and holds the entry against it. */
export function* witnessEntry(entry: Entry): Task<Testimony> {
  return yield* store<WitnessOperation, Testimony>({ type: 'witness-entry', entry });
}

/** Whether the post's author has deleted it, or edited it since a revision: read on the ring, without its meaning. */
export function* witnessVersion(post: Id, revision: number): Task<'deleted' | 'stale' | 'current'> {
  const testimony = yield* store<WitnessOperation, Testimony>({ type: 'witness-version', post, revision });
  return testimony === 'deleted' || testimony === 'stale' ? testimony : 'current';
}

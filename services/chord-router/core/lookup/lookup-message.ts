/** What chord routers say to each other to find a key's owner, as plain data; part of message.ts. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';

export interface FindSuccessor {
  readonly type: 'find-successor';
  readonly key: Id;
}

/** One step of an iterative lookup. */
export interface FoundSuccessor {
  readonly type: 'found-successor';
  /** The phone asked is sure who owns the key: itself, or its successor. */
  readonly owner: Contact | undefined;
  /**
   * The owner's successors as far as the phone asked knows them, nearest first: the key's further replicas. Without an
   * owner, a few phones it believes to be at or after the key: whom to ask if all before the key are dead.
   */
  readonly ownerSuccessors: readonly Contact[];
  /** Phones it knows closer to the key, best first; never beyond it. Bounded. */
  readonly closer: readonly Contact[];
}

/** One question for the key's owner, to be passed on from phone to phone until it answers. */
export interface ForwardLookup {
  readonly type: 'forward-lookup';
  readonly key: Id;
  /** How many phones may still pass it on. */
  readonly hopsLeft: number;
  /** How long whoever asks will wait, in ms. */
  readonly budgetMs: number;
}

export interface ForwardedLookup {
  readonly type: 'forwarded-lookup';
  /** The owner, which has answered itself; undefined when the question did not reach it. */
  readonly owner: Contact | undefined;
  /** As in FoundSuccessor. */
  readonly ownerSuccessors: readonly Contact[];
  /** Of the last phone reached, when that is not the owner: as in FoundSuccessor. */
  readonly closer: readonly Contact[];
  /** The phones passed, nearest to the one that asked first. Bounded. */
  readonly trail: readonly TrailHop[];
}

export interface TrailHop {
  readonly phone: Contact;
  /** From passing the question to this phone until its answer, which includes all that came behind it. */
  readonly milliseconds: number;
}

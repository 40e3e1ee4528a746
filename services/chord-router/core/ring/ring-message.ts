/** What chord routers say to each other to keep the ring and to pass news on, as plain data; part of message.ts. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { ListDigest, NeighbourLists } from './list-digest.ts';

/** Zave's one read of another node's state (arXiv 1610.01140, StabilizeFromSuccessor). */
export interface AskNeighbours {
  readonly type: 'ask-neighbours';
}

export interface Neighbours extends NeighbourLists {
  readonly type: 'neighbours';
  /** Nearest first, closing likewise; soft state, for knowing which ranges to keep replicas of. */
  readonly predecessors: readonly Contact[];
}

/** The same read by a phone that believes to know what it will get. */
export interface CompareNeighbours {
  readonly type: 'compare-neighbours';
  /** Of the lists that the asking phone expects (list-digest.ts). */
  readonly known: ListDigest;
}

export interface Compared {
  readonly type: 'compared';
  /** Undefined: those that the asking phone expected. */
  readonly lists: NeighbourLists | undefined;
}

/** "I believe I am your predecessor" (rectify). Answered by the state after it. */
export interface Notify {
  readonly type: 'notify';
  /**
   * The notifier's own predecessors, nearest first; itself is the last if they reach round the whole ring. Undefined:
   * those that it told before, which the digest names.
   */
  readonly predecessors: readonly Contact[] | undefined;
  readonly predecessorsDigest: ListDigest;
  /** Of the lists that the notifier last had of this phone. */
  readonly known: ListDigest | undefined;
  /** The notifier's word completes the join of the phone it notifies (see Placement.mayPlaceSuccessor). */
  readonly places: boolean;
}

export interface Notified {
  readonly type: 'notified';
  /** Undefined: those that the notifier knows. */
  readonly lists: NeighbourLists | undefined;
  /** The digest of the predecessors told this phone nothing: it does not have that list. */
  readonly wantsPredecessors: boolean;
  /** Its own join is complete. */
  readonly placed: boolean;
}

/**
 * Word for this one phone, of what the teller saw itself: that it is there, or that others do not answer it. Without
 * either it says that the teller's own lists have changed.
 */
export interface Tell {
  readonly type: 'tell';
  readonly joined: readonly Contact[];
  readonly gone: readonly Id[];
}

/** News to be passed on, each branch to all phones strictly between the one that is told and the branch's end. */
export interface SpreadNews {
  readonly type: 'spread-news';
  readonly branches: readonly NewsBranch[];
}

export interface NewsBranch {
  readonly until: Id;
  readonly joined: readonly Contact[];
  /** Phones that left or were confirmed dead; each hears of it and may object. */
  readonly gone: readonly Id[];
}

/** What phones say to each other about entries, beside searches (search/search-message.ts). */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { SearchExactly } from '../search/exact-search.ts';
import type { SearchEntries } from '../search/search-message.ts';
import type { Box } from '../space/box.ts';
import type { Entry } from './entry.ts';
import type { Link } from './link.ts';

/** To the owner of the entry's point: keeps it, finds it further copies and links it. */
export interface StoreEntry {
  readonly type: 'store-entry';
  readonly entry: Entry;
  /** Phones that keep it already; empty for a new post. */
  readonly copies: readonly Contact[];
}

/**
 * `not-owner`: this phone does not own the point, or not surely yet. `invalid`: the vector is none of this network.
 * `flooded`: enough posts say the same. `deleted`: the post is no more. `barred`: this phone has sent forged entries.
 */
export type StoreVerdict = 'stored' | 'not-owner' | 'invalid' | 'flooded' | 'deleted' | 'barred' | 'full';

export interface EntryStored {
  readonly type: 'entry-stored';
  readonly verdict: StoreVerdict;
}

export interface CopiedEntry {
  readonly entry: Entry;
  readonly copies: readonly Contact[];
  readonly links: readonly Link[];
}

/** From a phone that keeps the entries to one that shall keep them, too. */
export interface KeepCopies {
  readonly type: 'keep-copies';
  readonly items: readonly CopiedEntry[];
}

export interface CopiesKept {
  readonly type: 'copies-kept';
  /** Of the items, in order. */
  readonly kept: readonly boolean[];
}

/** Nearer neighbours of entries, or where their neighbours lie now. */
export interface LinkEntries {
  readonly type: 'link-entries';
  readonly items: readonly { readonly post: Id; readonly link: Link }[];
}

/**
 * Whether the phone still keeps the entries, and where their copies are by now: one that is not among them lets go of it.
 * Without copies it is a question only.
 */
export interface CheckEntries {
  readonly type: 'check-entries';
  readonly items: readonly { readonly post: Id; readonly copies: readonly Contact[] }[];
}

export interface EntriesChecked {
  readonly type: 'entries-checked';
  /** Of the items, in order. */
  readonly keeps: readonly Keeping[];
}

/**
 * `owner`: keeps the entry and owns its point. `unneeded`: so, too, and there are enough copies without that of the phone
 * that asks, which lets go of it. `copy`: keeps it for another phone. `surplus`: so, too, and has more copies than its
 * share: another phone should keep this one.
 */
export type Keeping = 'owner' | 'unneeded' | 'copy' | 'surplus' | 'none';

/** The post was deleted, or edited and lies elsewhere now. Its entry goes once the ring confirms that. */
export interface WithdrawEntry {
  readonly type: 'withdraw-entry';
  readonly post: Id;
}

/** A phone that has taken a box over asks for what others keep of it. */
export interface ListEntries {
  readonly type: 'list-entries';
  readonly box: Box;
  /** The last post of the page before; undefined for the first. */
  readonly after: Id | undefined;
}

export interface EntriesListed {
  readonly type: 'entries-listed';
  readonly items: readonly CopiedEntry[];
  readonly hasMore: boolean;
}

export type EntryRequest =
  | StoreEntry
  | KeepCopies
  | LinkEntries
  | CheckEntries
  | WithdrawEntry
  | ListEntries
  | SearchEntries
  | SearchExactly;

/** Most entries of one message: with vectors and links some 350 KB. */
export const MAX_ITEMS = 64;

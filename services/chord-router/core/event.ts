/**
 * What happens in a router that someone may want to count or read about. The core only tells; adapters/events.ts
 * turns each event into a log line and a metric.
 */
import type { Contact } from '../../shared/core/contact.ts';
import type { Id } from '../../shared/core/id.ts';

export type ChordEvent =
  | { readonly type: 'joined'; readonly successor: Contact; readonly attempts: number }
  | { readonly type: 'leaving' }
  | { readonly type: 'left' }
  /** Its former neighbours know that the phone that this one was at another address is no more. */
  | { readonly type: 'said-farewell'; readonly former: Contact }
  | { readonly type: 'phone-discovered'; readonly phone: Contact }
  | { readonly type: 'phone-suspected'; readonly phone: Contact }
  | { readonly type: 'phone-cleared'; readonly phone: Contact }
  | { readonly type: 'phone-dropped'; readonly phone: Contact; readonly reason: 'dead' | 'left' }
  | { readonly type: 'neighbours-changed'; readonly predecessor: Contact; readonly successors: readonly Contact[] }
  | { readonly type: 'stabilised'; readonly changed: boolean; readonly milliseconds: number }
  | { readonly type: 'rings-merging'; readonly through: Contact }
  | {
      readonly type: 'looked-up';
      readonly key: Id;
      readonly found: boolean;
      readonly hops: number;
      readonly timeouts: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'record-written';
      readonly outcome: 'stored' | 'superseded' | 'tombstoned' | 'invalid' | 'over-quota' | 'unavailable';
      readonly acknowledged: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'records-read';
      readonly complete: boolean;
      readonly hedged: number;
      readonly milliseconds: number;
    }
  | { readonly type: 'records-rejected'; readonly from: Contact; readonly verdict: string; readonly count: number }
  | { readonly type: 'fork-seen'; readonly place: Id; readonly author: Id }
  | {
      readonly type: 'range-repaired';
      readonly with: Contact;
      readonly pulled: number;
      readonly pushed: number;
      readonly milliseconds: number;
    }
  | {
      /** What this phone owns has been compared with the other phones that should keep it. */
      readonly type: 'replicas-compared';
      /** Others that should keep it: r - 1. */
      readonly wanted: number;
      /** Those there are; fewer in a smaller ring. */
      readonly present: number;
      /** Those that have all of it now. */
      readonly equal: number;
    }
  | { readonly type: 'range-handed-over'; readonly to: Contact; readonly records: number }
  | { readonly type: 'settled'; readonly settled: boolean };

export type Tell = (event: ChordEvent) => void;

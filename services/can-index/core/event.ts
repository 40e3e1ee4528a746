/** What happens in a CAN node that someone may want to count or read about. The core only tells. */
import type { Contact } from '../../shared/core/contact.ts';

export type HandOverReason = 'leave' | 'reassignment' | 'rebalancing';

export type CanEvent =
  | { readonly type: 'zone-joined'; readonly from: Contact | undefined; readonly attempts: number }
  | { readonly type: 'zones-changed'; readonly zones: number; readonly share: number }
  | { readonly type: 'zone-granted'; readonly to: Contact }
  | { readonly type: 'zone-handed-over'; readonly to: Contact; readonly reason: HandOverReason }
  | { readonly type: 'zone-taken-over'; readonly share: number; readonly explained: boolean; readonly waitedMs: number }
  | { readonly type: 'zone-yielded'; readonly to: Contact }
  | { readonly type: 'zones-lost' }
  | { readonly type: 'neighbour-suspected'; readonly phone: Contact }
  | { readonly type: 'neighbour-dead'; readonly phone: Contact }
  | { readonly type: 'neighbour-back'; readonly phone: Contact }
  | {
      readonly type: 'point-found';
      readonly found: boolean;
      readonly hops: number;
      readonly milliseconds: number;
    };

export type TellCan = (event: CanEvent) => void;

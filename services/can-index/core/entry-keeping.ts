/** What the CAN asks of whoever keeps its entries, and what it offers in return. */
import type { Contact } from '../../shared/core/contact.ts';
import type { CallOutcome, Signal, Task } from '../../shared/core/effect.ts';
import type { NeighbourView } from './heartbeat/neighbour.ts';
import type { CanMessage, Found, Summary } from './message.ts';
import type { CanSettings } from './settings.ts';
import type { Box } from './space/box.ts';
import type { Point } from './space/space.ts';
import type { Cut, Zone } from './space/zone.ts';

export interface EntryKeeping {
  /** Runs from when the phone is a member. */
  run(): Task<void>;
  /** Answers a request that is not about membership; undefined refuses it. */
  handle(from: Contact, request: CanMessage): Task<CanMessage | undefined>;
  /** Entries kept in the phone's zones. */
  load(): number;
  /** Where to cut a box so that both halves keep as much; undefined: nothing to go by (split-point.ts). */
  cutFor(box: Box): Cut | undefined;
  /** The zone now belongs to `to`: gives it the entries in it. Bounded in time; ends when they are there or given up. */
  moveOut(zone: Zone, to: Contact): Task<void>;
  /** The phone has come to own the zone; `from` had it and gives its entries, undefined: nobody does. */
  moveIn(zone: Zone, from: Contact | undefined): Task<void>;
}

/** The phone's place in the CAN, as the keeper of entries sees it. */
export interface CanView {
  readonly self: Contact;
  readonly settings: CanSettings;
  /** Notified when zones or neighbours changed. */
  readonly changed: Signal;
  /** The very same list for as long as nothing about it changes. */
  zones(): readonly OwnZone[];
  neighbours(): readonly NeighbourView[];
  /** Whether this phone owns the point, and surely: `unsettled` while others may not have heard of it yet. */
  ownershipOf(point: Point): Ownership;
  /** What the advert says of the entries from now on. */
  setSummary(summary: Summary): void;
  /** Finds the owner of a point. */
  find(point: Point): Task<Found>;
  /** Asks another phone, with an adaptive timeout; one that does not answer is suspected. */
  ask<Reply extends CanMessage>(to: Contact, request: CanMessage): Task<CallOutcome<Reply>>;
}

export type Ownership = 'settled' | 'unsettled' | 'none';

export interface OwnZone {
  readonly zone: Zone;
  /** All neighbours have heard of it and nobody says otherwise. Writes are for settled zones. */
  readonly isSettled: boolean;
}

/** One of the phones that this one knows of. */
import type { Contact } from '../../../shared/core/contact.ts';
import { RoundTripEstimator } from '../../../shared/core/timeouts.ts';
import type { PhoneColumns } from './phone-columns.ts';

/** A view of one entry of the table. It is good until the table changes; what it is of, its contact, for ever. */
export class KnownPhone {
  readonly contact: Contact;
  readonly #columns: PhoneColumns;
  readonly #slot: number;

  constructor(contact: Contact, columns: PhoneColumns, slot: number) {
    this.contact = contact;
    this.#columns = columns;
    this.#slot = slot;
  }

  /** `suspected`: the last sign was of its death; not asked while others can be. */
  get state(): 'alive' | 'suspected' {
    return this.#columns.isSuspected(this.#slot) ? 'suspected' : 'alive';
  }

  set state(state: 'alive' | 'suspected') {
    this.#columns.setSuspected(this.#slot, state === 'suspected');
  }

  /** When it last spoke to this phone, ms since the epoch; undefined while others only told of it. */
  get heardAtMs(): number | undefined {
    return this.#columns.heardAtMs(this.#slot);
  }

  set heardAtMs(heardAtMs: number) {
    this.#columns.setHeardAtMs(this.#slot, heardAtMs);
  }

  /** Order of last touching it by exploration; the lowest is explored next. */
  get turn(): number {
    return this.#columns.turn(this.#slot);
  }

  set turn(turn: number) {
    this.#columns.setTurn(this.#slot, turn);
  }

  get roundTrip(): RoundTripEstimator {
    return new RoundTripEstimator(this.#columns.roundTrips, this.#slot);
  }
}

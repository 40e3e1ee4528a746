/** Phones at positions that tests can name. */
import type { Contact } from '../../../services/shared/core/contact.ts';
import { idFromNumber } from '../../../services/shared/core/id.ts';

/** A phone at one of 16 million positions spread over the ring. */
export function contactAt(position: number): Contact {
  return { id: idFromNumber(BigInt(position) << 104n), address: `10.0.0.1:${position}` };
}

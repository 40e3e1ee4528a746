/** Phones in answers that are about others: by number, with what else there is for those that have none. */
import type { Id } from '../../shared/core/id.ts';
import { PositionText } from '../../shared/http/schema.ts';
import { Type } from '../../shared/http/type.ts';
import { PhoneFailure } from '../adapters/phone-client.ts';
import type { Phone } from '../core/phone.ts';
import { isGone, type PhoneBook } from '../core/phone-book.ts';
import { Problem } from '../core/problem.ts';

export const ReferenceSchema = Type.Object(
  {
    n: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Its number; null when the gateway does not know it.',
    }),
    id: PositionText,
  },
  { additionalProperties: false },
);

/** The number of each id, that of a living phone before that of one that is gone. */
export function numbersById(phones: readonly Phone[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const phone of [...phones.filter(isGone), ...phones.filter((each) => !isGone(each))]) {
    if (phone.words !== undefined) numbers.set(phone.words.id, phone.n);
  }
  return numbers;
}

export function referenceTo(id: Id | string, numbers: ReadonlyMap<string, number>) {
  return { n: numbers.get(id) ?? null, id };
}

/** Phone n, with an address. Throws Problem no-such-phone or phone-unreachable. */
export function reachable(book: PhoneBook, n: number): Phone & { readonly api: string } {
  const phone = book.find(n);
  if (phone === undefined) throw new Problem('no-such-phone');
  const { api } = phone;
  if (api === undefined) throw new Problem('phone-unreachable', `Phone ${n} is ${phone.state}.`);
  return phone as Phone & { readonly api: string };
}

/** Why a phone gave no answer, as a problem. */
export function problemOf(error: unknown, { n }: Phone): unknown {
  if (!(error instanceof PhoneFailure)) return error;
  const slug = error.how === 'silent' ? 'phone-silent' : 'phone-unreachable';
  return new Problem(slug, `Phone ${n}: ${error.message}.`, { cause: error });
}

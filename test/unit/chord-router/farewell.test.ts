/** Goodbyes for ids that a phone has left behind: whom it tells, and what those make of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Answers } from '../../../services/chord-router/core/answer.ts';
import { Calls } from '../../../services/chord-router/core/calls.ts';
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import { MOST_FORMER, sayFarewells } from '../../../services/chord-router/core/ring/farewell.ts';
import { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import { suspicionOf } from '../../../services/chord-router/core/ring/suspicion.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { ended } from '../../../services/shared/core/effect.ts';
import { contactAt } from './positions.ts';
import { ScriptedHost } from './scripted-host.ts';

const self = contactAt(10);
const [a, b, c, d] = [contactAt(20), contactAt(30), contactAt(40), contactAt(50)];
/** What this phone was: b before it, c behind it. */
const former = contactAt(35);

let host: ScriptedHost;
let context: RingContext;
let calls: Calls;
let events: ChordEvent[];
/** Who has been told of which phone, in order. */
let told: string[];

beforeEach(() => {
  host = new ScriptedHost();
  events = [];
  told = [];
  context = new RingContext(self, { ...DEFAULT_SETTINGS, successors: 8 }, (event) => events.push(event));
  context.phase = 'member';
  context.setRing({ self, predecessor: d, successors: [a, b, c, d, self] });
  calls = new Calls(context, {
    answer: () =>
      ended({ type: 'neighbours', predecessor: d, successors: [a, b, c, d], predecessors: [d, c] } as const),
    neighbourFailed: () => ended(undefined),
  });
});

/** A member that knows all others, and takes goodbyes while `hears` says so. */
function member(phone: Contact, hears: () => boolean = () => true): void {
  host.script(phone, (request) => {
    if (request.type === 'ask-neighbours') {
      return { type: 'neighbours', predecessor: b, successors: [d, self], predecessors: [b, a] };
    }
    if (request.type !== 'moved') return 'refused';
    told.push(`${phone.address} of ${request.former.address}`);
    return hears() ? { type: 'done' } : undefined;
  });
}

const farewells = (): readonly Contact[] =>
  events.flatMap((event) => (event.type === 'said-farewell' ? [event.former] : []));

describe('a phone that moved', () => {
  it('tells all that had it for a neighbour, each once, and not itself', () => {
    for (const phone of [a, b, c, d]) member(phone);
    host.run(sayFarewells(context, calls, [former]));
    expect([...told].sort()).toEqual([a, b, c, d].map(({ address }) => `${address} of ${former.address}`));
    expect(farewells()).toEqual([former]);
  });

  it('tells those again that did not answer', () => {
    let deafFor = 1;
    for (const phone of [a, b, c]) member(phone);
    member(d, () => deafFor-- <= 0);
    host.run(sayFarewells(context, calls, [former]));
    expect(told.filter((line) => line.startsWith(`${d.address} `))).toHaveLength(2);
    expect(told).toHaveLength(5);
  });

  it('gives up on those that stay silent', () => {
    member(c);
    for (const phone of [a, b, d]) member(phone, () => false);
    host.run(sayFarewells(context, calls, [former]));
    expect(farewells()).toEqual([former]);
  });

  it('has not said it where nobody heard', () => {
    for (const phone of [a, b, c, d]) member(phone, () => false);
    host.run(sayFarewells(context, calls, [former]));
    expect(farewells()).toEqual([]);
  });

  it('says nothing of the phone that it is, and no more than of the last few', () => {
    for (const phone of [a, b, c, d]) member(phone);
    const many = Array.from({ length: MOST_FORMER + 2 }, (_, i) => contactAt(100 + i));
    host.run(sayFarewells(context, calls, [...many.slice(0, -1), self, many.at(-1)!]));
    expect(farewells()).toEqual(many.slice(-MOST_FORMER));
  });
});

describe('a phone that hears of it', () => {
  const hear = (from: Contact, about: Contact) =>
    host.run(new Answers(context, calls, suspicionOf(context, calls)).answer(from, { type: 'moved', former: about }));

  it('counts it no more among those that fell silent', () => {
    context.drop(b, 'dead');
    expect(context.graveyard.isSilent(b.id)).toBe(true);
    expect(hear(former, b)).toEqual({ type: 'done' });
    expect(context.graveyard.isSilent(b.id)).toBe(false);
  });

  it('takes it off its lists, if it had not missed it yet, and tells of it when it was the next one', () => {
    expect(hear(former, a)).toEqual({ type: 'done' });
    expect(context.successors).toEqual([b, c, d]);
    expect(context.graveyard.isSilent(a.id)).toBe(false);
    expect(context.news.pending).toBe(true);
  });

  it.each([
    ['of itself', former, former],
    ['of the one that hears it', former, self],
  ])('refuses to hear it %s', (_, from, about) => {
    expect(hear(from, about)).toMatchObject({ type: 'refused', code: 'invalid-argument' });
    expect(context.successors).toEqual([a, b, c, d]);
  });
});

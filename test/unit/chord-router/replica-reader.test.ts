/** Whose words make a majority of a read, round by round, with phones that say what a test has them say. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Calls } from '../../../services/chord-router/core/calls.ts';
import type { GetOutcome } from '../../../services/chord-router/core/message.ts';
import { NodeView } from '../../../services/chord-router/core/node-view.ts';
import { getRecords, type ReadOutcome } from '../../../services/chord-router/core/reading/get.ts';
import { RecordChecker } from '../../../services/chord-router/core/record-checker.ts';
import { digestOfPage } from '../../../services/chord-router/core/record-keeper.ts';
import { Coverage } from '../../../services/chord-router/core/replicas/coverage.ts';
import { RingContext } from '../../../services/chord-router/core/ring/ring-context.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import { Admission } from '../../../services/chord-router/core/writing/admission.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { ended } from '../../../services/shared/core/effect.ts';
import { crypto } from '../shared/author.ts';
import { contactAt } from './positions.ts';
import { ScriptedHost } from './scripted-host.ts';

const self = contactAt(10);
/** With it the replicas of what is read, the owner first; a majority of these four is three. */
const [a, b, c] = [contactAt(60), contactAt(70), contactAt(80)];
const QUERY = { place: contactAt(55).id, name: undefined, limit: 10, before: undefined };

const NOTHING: GetOutcome = {
  type: 'get-outcome',
  responsible: true,
  settled: true,
  absent: 0,
  records: [],
  digest: digestOfPage([], undefined, crypto),
  next: undefined,
  replicas: [],
};

let host: ScriptedHost;
let context: RingContext;

beforeEach(() => {
  host = new ScriptedHost();
  context = new RingContext(self, { ...DEFAULT_SETTINGS, replication: 7, successors: 8 }, () => {});
  context.phase = 'member';
  context.setRing({ self, predecessor: c, successors: [a, b, c, self] });
});

/** The phone finds nothing, and says this beside. */
function says(phone: Contact, told: Partial<GetOutcome> = {}, asked: () => void = () => {}): void {
  host.script(phone, (request) => {
    if (request.type === 'find-successor') {
      return { type: 'found-successor', owner: a, ownerSuccessors: [b, c, self], closer: [] };
    }
    if (request.type !== 'get-records') return 'refused';
    asked();
    return { ...NOTHING, ...told };
  });
}

function read(): ReadOutcome {
  const calls = new Calls(context, {
    answer: () => ended(NOTHING),
    neighbourFailed: () => ended(undefined),
  });
  const view = new NodeView(context, calls);
  const checker = new RecordChecker(crypto);
  const admission = new Admission(view, checker);
  return host.run(getRecords({ view, crypto, checker, admission, coverage: new Coverage(view) }, QUERY, 'quorum'));
}

describe('a read', () => {
  it('is complete when a majority of the replicas there are has answered', () => {
    for (const phone of [a, b]) says(phone);
    expect(read().complete).toBe(true);
    host.silence(b);
    expect(read().complete).toBe(false);
  });

  it('wants a majority of those that one of them knows to be absent, too', () => {
    says(a, { absent: 3 });
    for (const phone of [b, c]) says(phone);
    expect(read().complete).toBe(true);
    host.silence(c);
    expect(read().complete).toBe(false);
  });

  it('does not forget in a later round how many are absent, though the phone that told says so no more', () => {
    const forget = (): void => says(a);
    says(a, { absent: 3, settled: false }, forget);
    says(b);
    expect(read()).toMatchObject({ complete: false });
    expect(read()).toMatchObject({ complete: true }); // it says so no more
  });
});

/** The people of a scenario in the churn lab: what they make of each answer of a phone. */
import { expect, test } from 'vitest';
import { PhoneFailure } from '../../../services/gateway/adapters/phone-client.ts';
import type { Phone } from '../../../services/gateway/core/phone.ts';
import { Visitor } from '../../../services/gateway/scenario/visitor.ts';
import { idFromNumber } from '../../../services/shared/core/id.ts';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { Cuts } from '../../../services/shared/scenario/cuts.ts';
import { eventually } from '../../integration/eventually.ts';

const ID = idFromNumber(1n << 100n);
const POST = '01234567-89ab-cdef-0123-456789abcdef';

/** A phone that is alone, and so owns every key. */
function startVisitor(answer: () => unknown) {
  const phone = {
    ...{ n: 1, api: 'a:1', state: 'alive', words: { id: ID, ring: 'member' } },
  } as unknown as Phone;
  const asked: string[] = [];
  const visitor = new Visitor({
    client: {
      json: async (_api, path) => {
        asked.push(path);
        if (path.startsWith('/v1/feed')) return { items: [{ post: { id: POST } }, { post: { id: '../../metrics' } }] };
        return answer();
      },
      answer: async (_api, path) => {
        asked.push(path);
        return answer() as { status: number; body: unknown };
      },
    },
    phones: () => [phone],
    random: new SeededRandom(1),
    cuts: new Cuts(),
    now: () => 5,
  });
  const does = async (kind: 'read' | 'lookup') => {
    await visitor.learn();
    visitor.act(kind);
    await eventually('it is done', () => Promise.resolve(visitor.underWay === 0));
    return visitor.notes.at(-1);
  };
  return { phone, visitor, asked, does };
}

test.each([
  ['all of it', { status: 200, body: { complete: true } }, 'complete', true],
  ['perhaps not the newest', { status: 200, body: { complete: false } }, 'open', true],
  ['nobody has it', { status: 404, body: {} }, 'stale', false],
  ['the ring cannot be reached', { status: 503, body: {} }, 'open', false],
])('a read: %s', async (_what, answer, outcome, isServed) => {
  const { does, asked } = startVisitor(() => answer);
  expect(await does('read')).toEqual({ kind: 'read', startedMs: 5, endedMs: 5, outcome, isServed });
  expect(asked).toEqual(['/v1/feed?strategy=recent&limit=50', `/v1/posts/${POST}`]);
});

test('a post that its author deleted meanwhile is neither read nor lost', async () => {
  const { does, visitor } = startVisitor(() => ({ status: 410, body: {} }));
  expect(await does('read')).toBeUndefined();
  expect(await visitor.readBack()).toMatchObject({ acknowledged: 0, lost: 0 });
});

test('a post that nobody brings in the end is lost, one that somebody is unsure of is not', async () => {
  const sad = startVisitor(() => ({ status: 503, body: {} }));
  await sad.visitor.learn();
  expect(await sad.visitor.readBack()).toMatchObject({ acknowledged: 1, lost: 1 });
  const unsure = startVisitor(() => ({ status: 200, body: { complete: false } }));
  await unsure.visitor.learn();
  expect(await unsure.visitor.readBack()).toMatchObject({ acknowledged: 1, lost: 0 });
});

test('what a phone cannot answer because it was killed says nothing of the ring, its silence while it lives does', async () => {
  const silent = startVisitor(() => {
    throw new PhoneFailure('silent', 'nothing came');
  });
  expect(await silent.does('read')).toMatchObject({ outcome: 'open', isServed: false });
  expect(await silent.does('lookup')).toMatchObject({ outcome: 'none' });
  const killed = startVisitor(() => {
    killed.phone.state = 'dead';
    throw new PhoneFailure('refused', 'gone');
  });
  expect(await killed.does('read')).toMatchObject({ outcome: 'cut-short' });
  killed.phone.state = 'alive';
  expect(await killed.does('lookup')).toMatchObject({ outcome: 'cut-short' });
});

test('a lookup is right when it names the owner that the gateway knows', async () => {
  const hops = [
    { id: ID, milliseconds: 3, outcome: 'timeout' },
    { id: ID, milliseconds: 3, outcome: 'owner' },
  ];
  const right = startVisitor(() => ({ found: true, replicas: [{ id: ID }], hops, milliseconds: 6 }));
  expect(await right.does('lookup')).toMatchObject({ kind: 'lookup', outcome: 'right', hops: 1, timeouts: 1 });
  const other = { id: idFromNumber(7n) };
  const wrong = startVisitor(() => ({ found: true, replicas: [other], hops: [], milliseconds: 6 }));
  expect(await wrong.does('lookup')).toMatchObject({ outcome: 'none', timeouts: 1 });
});

test('no more is begun than a few things at once', async () => {
  const { visitor, asked } = startVisitor(() => new Promise(() => undefined));
  await visitor.learn();
  for (let i = 0; i < 30; i++) visitor.act('lookup');
  expect([visitor.underWay, asked.length]).toEqual([8, 9]);
});

/** Which writes share a sync, when they are answered, and what reads may see meanwhile. */
import { beforeEach, expect, test } from 'vitest';
import { GroupCommit, type Reading, type Writing } from '../../../services/chord-router/adapters/store/group-commit.ts';
import type { StoreFault } from '../../../services/chord-router/core/store-port.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { Author } from '../shared/author.ts';

const alice = new Author(1);
const ROOMY = { authorBytes: 1e9, totalBytes: 1e9 };

let committed: number[];
let commitFault: StoreFault | undefined;
let syncs: ((fault: StoreFault | undefined) => void)[];
let answers: string[];
let commits: GroupCommit;

beforeEach(() => {
  committed = [];
  commitFault = undefined;
  syncs = [];
  answers = [];
  commits = new GroupCommit({
    commit: (operations) => {
      if (commitFault !== undefined) return { ok: false, fault: commitFault };
      committed.push(operations.length);
      return { ok: true, value: operations.map(() => []) };
    },
    sync: (done) => syncs.push(done),
    syncNow: () => undefined,
  });
});

const turn = async (): Promise<void> => await new Promise((resolve) => void setImmediate(resolve));

function standing(place: Id): Reading {
  return { type: 'standing', wanted: [{ place, key: 'any' }] };
}

function write(text: string): Writing {
  const operation = { type: 'write', records: [alice.post(text)], quota: ROOMY } as const;
  commits.write(operation, (outcome) => answers.push(`${text} ${outcome.ok ? 'stored' : outcome.fault}`));
  return operation;
}

test('writes that come while others are on their way to the disk share the next transaction and the next sync', async () => {
  write('a');
  await turn();
  write('b');
  await turn();
  write('c');
  await turn();
  expect(committed).toEqual([1]);
  expect(answers).toEqual([]);
  syncs[0]!(undefined);
  expect(answers).toEqual(['a stored']);
  expect(committed).toEqual([1, 2]);
  syncs[1]!(undefined);
  expect(answers).toEqual(['a stored', 'b stored', 'c stored']);
});

test('a read of what is on its way to the disk waits, another one does not', async () => {
  const { records } = write('a');
  commits.read(standing(records[0]!.place), () => answers.push('read before'));
  await turn();
  commits.read(standing(alice.post('b').place), () => answers.push('read another'));
  commits.read(standing(records[0]!.place), () => answers.push('read it'));
  expect(answers).toEqual(['read before', 'read another']);
  syncs[0]!(undefined);
  expect(answers.slice(2)).toEqual(['a stored', 'read it']);
});

test('a failed sync is told to its writes alone, a failed transaction is told at once', async () => {
  write('a');
  await turn();
  write('b');
  syncs[0]!('disk-failed');
  syncs[1]!(undefined);
  commitFault = 'disk-full';
  write('c');
  await turn();
  expect(answers).toEqual(['a disk-failed', 'b stored', 'c disk-full']);
  expect(syncs).toHaveLength(2);
});

test('finishing brings all of it to the disk, and a sync that ends later changes nothing', async () => {
  write('a');
  await turn();
  write('b');
  commits.finish();
  expect(answers).toEqual(['a stored', 'b stored']);
  syncs[0]!('disk-failed');
  await turn();
  expect(answers).toEqual(['a stored', 'b stored']);
  expect(committed).toEqual([1, 1]);
});

/**
 * Phones that missed writes come back just as another one dies: then a majority of a record's replicas may lack the
 * newest version, and only what they say of themselves keeps a read from taking the old for it.
 */
import { ABSENT_MS } from '../../../services/chord-router/core/replicas/coverage.ts';
import { Author } from '../../unit/shared/author.ts';
import { RecordWorld } from './record-world.ts';

const SETTINGS = { replication: 3, successors: 4 } as const;
const PHONES = 12;
const FROZEN = 4;
const RECORDS = 40;
const FROZEN_MS = 30_000;
const READS = 400;
const READ_EVERY_MS = 10;
/** Where others went on without the frozen ones, and the dead one was needed, there is doubt until that counts no more. */
const SETTLED_MS = ABSENT_MS + 60_000;

/** What is wrong, as sentences. */
export function readAfterReturns(seed: number): readonly string[] {
  const records = new RecordWorld(seed, SETTINGS);
  const { world } = records;
  const authors = Array.from({ length: RECORDS }, (_, i) => new Author(i + 1));
  records.grow(PHONES, 100);
  records.writeAll(authors.map((author) => author.profile(1, 'first')));
  records.heal();
  const [dying, ...others] = world.random.shuffle(records.living);
  const frozen = others.slice(0, FROZEN);
  // Of these a majority of the replicas goes on; the rest may have nobody left who was there all the time.
  const names = [...records.acknowledged].flatMap(([name, { place }]) =>
    records.replicasOf(place).filter((phone) => frozen.includes(phone)).length <= 1 ? [name] : [],
  );
  for (const phone of frozen) phone.freeze();
  world.runFor(FROZEN_MS);
  records.tryToWrite(
    authors.map((author) => author.profile(2, 'second')),
    records.members.filter((phone) => !frozen.includes(phone)),
  );
  for (const phone of frozen) phone.thaw();
  dying!.kill('process');
  for (let i = 0; i < READS; i++) {
    records.check(records.pick(), names[i % names.length]!);
    world.runFor(READ_EVERY_MS);
  }
  records.settle(SETTLED_MS);
  records.heal();
  return [...records.staleReads, ...records.ringWatch.faults, ...records.recordWatch.faults];
}

/** What must not be lost, however many replicas go: of phones that leave, all; of disks that are destroyed, all but one. */
import { ABSENT_MS } from '../../../services/chord-router/core/replicas/coverage.ts';
import { Author } from '../../unit/shared/author.ts';
import { type RecordPhone, RecordWorld } from './record-world.ts';

const PHONES = 16;
const RECORDS = 24;
const ROUNDS = 3;
/** Where most replicas were destroyed, the rest has doubts until those count no more. */
const SETTLED_MS = ABSENT_MS + 120_000;

/**
 * The phones that keep a record leave one right after the other, each as soon as the one before it has gone, until
 * only as many phones are left as there should be replicas. Gives what is wrong then, as sentences.
 */
export function leaveOneByOne(seed: number): readonly string[] {
  const records = begin(seed);
  const [record] = [...records.acknowledged.values()];
  while (records.living.length > records.settings.replication) {
    const [leaver] = records.replicasOf(record!.place);
    leaver!.leave();
    records.world.runUntil(() => !leaver!.isUp, 30_000, 'a leave');
  }
  return wrongAtLast(records);
}

/**
 * All replicas of a record but one lose their disks at once and for good, again and again, each time once all records
 * have been repaired: at most r - 1 of them between repairs. Gives what is wrong in the end, as sentences.
 */
export function destroyReplicas(seed: number): readonly string[] {
  const records = begin(seed);
  const { world } = records;
  for (let round = 0; round < ROUNDS; round++) {
    const entry = records.pick().contact.address;
    for (let i = 1; i < records.settings.replication; i++) world.addPhone().start([entry]);
    try {
      records.settle(SETTLED_MS);
      records.heal();
    } catch (error) {
      return [`lost: round ${round}: ${String(error)}: ${records.misplaced()[0] ?? 'phones are not settled'}`];
    }
    const replicas = records.replicasOf(world.random.pick([...records.acknowledged.values()]).place);
    const spared = world.random.pick(replicas);
    for (const phone of replicas) if (phone !== spared) destroy(phone);
  }
  return wrongAtLast(records);
}

function begin(seed: number): RecordWorld {
  const records = new RecordWorld(seed);
  const author = new Author(1);
  records.grow(PHONES, 100);
  records.writeAll(Array.from({ length: RECORDS }, (_, i) => author.post(`post ${i}`)));
  records.heal();
  return records;
}

/** Its machine falls silent, and never comes back with what it kept. */
function destroy(phone: RecordPhone): void {
  phone.kill('machine');
}

function wrongAtLast(records: RecordWorld): readonly string[] {
  try {
    records.settle(SETTLED_MS);
    records.heal();
  } catch (error) {
    return [`lost: ${String(error)}: ${records.misplaced()[0] ?? 'phones are not settled'}`];
  }
  return [...records.ringWatch.faults, ...records.recordWatch.faults, ...records.staleReads];
}

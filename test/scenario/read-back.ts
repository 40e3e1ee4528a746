/** In the end everything that was acknowledged is read back, from any phone, until it is there or time is over. */
import type { Id } from '../../services/shared/core/id.ts';
import type { SeededRandom } from '../../services/shared/core/random.ts';
import type { RingRecord } from '../../services/shared/core/record.ts';
import type { ReadBack } from '../../services/shared/scenario/observations.ts';
import type { Judgement } from './ledger.ts';
import type { Operations } from './operations.ts';
import type { Stage } from './stage.ts';

const AT_ONCE = 16;
const STEP_MS = 100;

/** Reads every place until an answer is complete and right, for at most `withinMs`. */
export async function readBack(
  stage: Stage,
  operations: Operations,
  random: SeededRandom,
  withinMs: number,
  onProgress: (step: string) => void,
): Promise<ReadBack> {
  const { ledger } = operations;
  const acknowledged = ledger.size;
  const waiting: Id[] = [...ledger.places];
  const last = new Map<Id, Judgement>();
  const deadlineMs = stage.clock.nowMs + withinMs;
  let reading = 0;
  while (waiting.length + reading > 0 && stage.clock.nowMs < deadlineMs) {
    const members = stage.phones().filter(({ isMember }) => isMember);
    while (members.length > 0 && reading < AT_ONCE && waiting.length > 0) {
      const place = waiting.shift()!;
      reading += 1;
      operations.read(random.pick(members).phone, place, (judgement) => {
        reading -= 1;
        if (judgement !== undefined) last.set(place, judgement);
        if (judgement?.verdict !== 'complete') waiting.push(place);
      });
    }
    onProgress(`reading back: ${waiting.length + reading} places left`);
    await stage.pass(STEP_MS);
  }
  const lost = ledger.places.flatMap((place): readonly RingRecord[] => {
    const judgement = last.get(place);
    return judgement === undefined ? ledger.expectedAt(place) : judgement.lacking;
  });
  const kept = lost.length === 0 ? [] : await stage.kept(lost);
  const undead = [...last.values()].filter(({ verdict }) => verdict === 'undead').length;
  return { acknowledged, lost: lost.length, lostThoughKept: kept?.length, undead };
}

/** Scenes with each message late or lost, one at a time, and with several drawn at random. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { FATES_MS, play, SCENES, type Schedule, schedulesOf } from './schedules.ts';

const SEVERAL = 4;
const DRAWN = 60;

describe.each(SCENES.map((scene) => [scene.name, scene] as const))('%s', (_, scene) => {
  const { messages } = play(scene, new Map());

  test('whichever message is late or lost, the invariants hold and the ring heals', () => {
    let judged = 0;
    for (const schedule of schedulesOf(messages, 1)) {
      const report = play(scene, schedule);
      expect(report.faults).toEqual([]);
      judged += report.judged;
    }
    expect(judged).toBeGreaterThan(messages);
  });

  test('nor do several at once break anything', () => {
    const random = new SeededRandom(messages);
    for (let i = 0; i < DRAWN; i++) {
      const drawn = Array.from({ length: SEVERAL }, () => [random.below(messages), random.pick(FATES_MS)] as const);
      const schedule: Schedule = new Map(drawn);
      expect(play(scene, schedule).faults).toEqual([]);
    }
  });
});

test('schedules are all choices of messages and fates, each once', () => {
  const fates = FATES_MS.length;
  const all = [...schedulesOf(5, 2)].map((schedule) => JSON.stringify([...schedule]));
  expect(new Set(all).size).toBe(all.length);
  expect(all).toHaveLength(1 + 5 * fates + 10 * fates ** 2);
});

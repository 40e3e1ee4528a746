/** Prints what the systematic schedules of small scenes found. */
import { play, SCENES, schedulesOf } from './schedules.ts';

/**
 * One row of Markdown a scene: all schedules of up to `most` late or lost messages among its first `messages`, all of
 * them by default. Whether none failed.
 */
export function tellOfSchedules(most: number, messages = Number.POSITIVE_INFINITY): boolean {
  let isWell = true;
  console.log('| scene | messages | schedules | ring changes judged | failed |\n| --- | --- | --- | --- | --- |');
  for (const scene of SCENES) {
    const count = Math.min(messages, play(scene, new Map()).messages);
    const sums = { schedules: 0, judged: 0, failed: 0 };
    for (const schedule of schedulesOf(count, most)) {
      const { faults, judged } = play(scene, schedule);
      sums.schedules += 1;
      sums.judged += judged;
      if (faults.length === 0) continue;
      if (sums.failed === 0) console.log(`${scene.name}: ${faults.join('\n')}`);
      sums.failed += 1;
    }
    if (sums.failed > 0) isWell = false;
    const cells = [count, sums.schedules, sums.judged, sums.failed].map((value) => value.toLocaleString('en'));
    console.log(`| ${scene.name} | ${cells.join(' | ')} |`);
  }
  return isWell;
}

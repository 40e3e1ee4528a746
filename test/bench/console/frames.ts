/** What frames of a page cost, while somebody uses it. */
import type { CDPSession, Page } from 'playwright-core';

export interface FrameFigures {
  readonly frames: number;
  readonly seconds: number;
  /** Between two frames, ms, as requestAnimationFrame tells of them. */
  readonly intervalsMs: readonly number[];
  /** What the page's main thread took of a core, per frame: scripts, styles, layout and painting, ms. */
  readonly cpuMsPerFrame: number;
  readonly scriptMsPerFrame: number;
}

/** Runs in the page; this room has no types of browsers. */
const RECORD = `(() => {
  const times = [];
  window.recordedFrames = times;
  const note = (at) => { times.push(at); requestAnimationFrame(note); };
  requestAnimationFrame(note);
})()`;

/** Watches the frames of a page while `use` goes on. */
export async function watchFrames(page: Page, use: () => Promise<void>): Promise<FrameFigures> {
  const session = await page.context().newCDPSession(page);
  // Time on the processor, not of the clock: other programs of the machine do not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(RECORD);
  const before = await figuresOf(session);
  await page.evaluate('window.recordedFrames.length = 0');
  await use();
  const times = await page.evaluate<number[]>('window.recordedFrames');
  const after = await figuresOf(session);
  await session.detach();
  const intervalsMs = times.slice(1).map((at, i) => at - times[i]!);
  const perFrame = (name: string): number => (1_000 * (after.get(name)! - before.get(name)!)) / times.length;
  return {
    ...{ frames: times.length, seconds: (times.at(-1)! - times[0]!) / 1_000, intervalsMs },
    ...{ cpuMsPerFrame: perFrame('TaskDuration'), scriptMsPerFrame: perFrame('ScriptDuration') },
  };
}

async function figuresOf(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

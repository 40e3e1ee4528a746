/** What frames of a page cost, while somebody uses it. */
import type { CDPSession, Page } from 'playwright-core';

export interface FrameFigures {
  readonly frames: number;
  readonly seconds: number;
  /** Between two frames, ms, as requestAnimationFrame tells of them. */
  readonly intervalsMs: readonly number[];
  /**
   * What the page's main thread did for each frame, on the processor, ms: scripts, styles, layout, painting. Without a
   * graphics processor it makes the pixels of canvases, too.
   */
  readonly mainMs: readonly number[];
  /** Of it scripts, each frame. */
  readonly scriptMs: readonly number[];
  /** What threads beside it took to make the pixels of the rest of the page, ms a frame. */
  readonly rasterMsPerFrame: number;
}

/** Runs in the page; this room has no types of browsers. Each frame is marked in the trace. */
const RECORD = `(() => {
  const times = [];
  window.recordedFrames = times;
  const note = (at) => { times.push(at); performance.mark('frame'); requestAnimationFrame(note); };
  requestAnimationFrame(note);
})()`;
const CATEGORIES = ['blink.user_timing', 'devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'];
const SCRIPTS: ReadonlySet<string> = new Set(['FunctionCall', 'EvaluateScript', 'RunMicrotasks']);

/** As Chromium's trace has them; times in microseconds, `tdur` on the processor. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** Watches the frames of a page while `use` goes on. */
export async function watchFrames(page: Page, use: () => Promise<void>): Promise<FrameFigures> {
  const session = await page.context().newCDPSession(page);
  await page.evaluate(`window.recordedFrames ?? ${RECORD}`);
  const events = await traced(session, async () => {
    await page.evaluate('window.recordedFrames.length = 0');
    await use();
  });
  const times = await page.evaluate<number[]>('window.recordedFrames');
  await session.detach();
  return { ...figuresOf(events), ...paceOf(times) };
}

async function traced(session: CDPSession, use: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ['*'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  await use();
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.end');
  await complete;
  return events;
}

function paceOf(times: readonly number[]): Pick<FrameFigures, 'frames' | 'seconds' | 'intervalsMs'> {
  const intervalsMs = times.slice(1).map((at, i) => at - times[i]!);
  return { frames: times.length, seconds: (times.at(-1)! - times[0]!) / 1_000, intervalsMs };
}

function figuresOf(events: readonly TraceEvent[]): Pick<FrameFigures, 'mainMs' | 'scriptMs' | 'rasterMsPerFrame'> {
  const marks = events.filter(({ name }) => name === 'frame').sort((a, b) => a.ts - b.ts);
  const [first] = marks;
  if (first === undefined) throw new Error('the trace has no frames');
  const isMain = ({ pid, tid }: TraceEvent): boolean => pid === first.pid && tid === first.tid;
  const frames = marks.map(({ ts }) => ts);
  const sums = (chosen: readonly TraceEvent[]): number[] => sumsBetween(frames, outermost(chosen));
  const main = events.filter(isMain);
  const raster = events.filter(({ name, pid }) => name === 'RasterTask' && pid === first.pid);
  return {
    mainMs: sums(main.filter(({ name }) => name === 'RunTask')),
    scriptMs: sums(main.filter(({ name }) => SCRIPTS.has(name))),
    rasterMsPerFrame: raster.reduce((sum, event) => sum + msOf(event), 0) / frames.length,
  };
}

/** On one thread: those that are within another one are part of it. */
function outermost(events: readonly TraceEvent[]): readonly TraceEvent[] {
  let endsAt = Number.NEGATIVE_INFINITY;
  return [...events]
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    .filter(({ ts, dur = 0 }) => {
      if (ts < endsAt) return false;
      endsAt = ts + dur;
      return true;
    });
}

/** What each frame took: from one mark to the next, in ms. */
function sumsBetween(frames: readonly number[], events: readonly TraceEvent[]): number[] {
  const sums = frames.slice(1).map(() => 0);
  let frame = 0;
  for (const event of events) {
    while (frame < sums.length && event.ts >= frames[frame + 1]!) frame++;
    if (event.ts >= frames[0]! && frame < sums.length) sums[frame] = sums[frame]! + msOf(event);
  }
  return sums;
}

function msOf({ tdur, dur = 0 }: TraceEvent): number {
  return (tdur ?? dur) / 1_000;
}

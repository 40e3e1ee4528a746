/** What every experiment gives: tables, a plot and the bars it is held against. */

/** How much of an experiment to run: all of it, or a small slice that only shows that it works. */
export type Scale = 'full' | 'slice';

export interface RunOptions {
  readonly seed: number;
  readonly scale: Scale;
  /** Tells what is being done, one line a step. */
  readonly progress: (step: string) => void;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Series {
  readonly name: string;
  /** What the points are: ours are drawn as a line with dots, the paper's as a dashed line with hollow dots. */
  readonly source: 'ours' | 'paper' | 'calibration';
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log';
  readonly yScale: 'linear' | 'log';
  readonly series: readonly Series[];
}

/** Another plot of an experiment, in a file of this name. */
export interface FurtherPlot extends Plot {
  readonly name: string;
}

export interface Bar {
  /** What is asked, with the set-up. */
  readonly asked: string;
  readonly reached: string;
  readonly met: boolean;
}

export interface Findings {
  /** Markdown paragraphs: the set-up, and what differs from the paper's. */
  readonly setUp: readonly string[];
  readonly tables: readonly Table[];
  readonly plot: Plot;
  readonly furtherPlots?: readonly FurtherPlot[];
  readonly bars: readonly Bar[];
  /** Markdown paragraphs: what the figures say; where a bar is missed, why, and what was tried. */
  readonly notes: readonly string[];
}

export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** The figure or table it repeats. */
  readonly source: string;
  readonly defaultSeed: number;
  run(options: RunOptions): Findings | Promise<Findings>;
}

/** An assertion of a scenario: a figure, held against a bound, over the whole run or a part of it. */
import type { FigureName } from './figures.ts';

export const COMPARISONS = ['<=', '>=', '<', '>', '='] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Assertion {
  /** As the file has it. */
  readonly text: string;
  readonly figure: FigureName;
  readonly comparison: Comparison;
  /** In the figure's unit: a share from 0 to 1, milliseconds, or a number. */
  readonly bound: number;
  /** What counts: operations that began, and samples that were taken, from here … */
  readonly fromMs: number;
  /** … to before here; infinite: to the end. */
  readonly toMs: number;
}

export function holds(comparison: Comparison, measured: number, bound: number): boolean {
  switch (comparison) {
    case '<=':
      return measured <= bound;
    case '>=':
      return measured >= bound;
    case '<':
      return measured < bound;
    case '>':
      return measured > bound;
    case '=':
      return measured === bound;
  }
}

/** What came of a scenario's assertions, as far as whoever plays it in a network of others can know. */
import type { FigureName } from '../../shared/scenario/figures.ts';
import type { Observations } from '../../shared/scenario/observations.ts';
import { resultOf } from '../../shared/scenario/result.ts';
import type { Scenario } from '../../shared/scenario/scenario.ts';
import { showFigure } from '../../shared/scenario/show.ts';

export interface Judged {
  /** As the file has it. */
  readonly assertion: string;
  /** As people read it; undefined: it cannot be known here. */
  readonly measured: string | undefined;
  readonly holds: boolean | undefined;
}

/** Figures of what the gateway itself does and sees. Writes are the people's own, and disks nobody shows it. */
const OF_READS: ReadonlySet<FigureName> = new Set([
  ...(['reads-complete', 'reads-served', 'reads-stale', 'read-ms-p50', 'read-ms-p99'] as const),
]);
const OF_RECORDS: ReadonlySet<FigureName> = new Set(['records-acknowledged', 'records-lost', 'records-lost-share']);
const OF_THE_REST: ReadonlySet<FigureName> = new Set([
  ...(['lookups-right', 'lookup-hops-p50', 'lookup-hops-p99', 'lookup-ms-p50', 'lookup-ms-p99'] as const),
  ...(['lookup-timeouts', 'ring-whole-after', 'joins-done', 'join-ms-p50', 'join-ms-p99'] as const),
]);

export function verdictOf(scenario: Scenario, seen: Observations): readonly Judged[] {
  return resultOf(scenario, seen).assertions.map(({ assertion, measured, holds }) => {
    const { text, figure } = assertion;
    if (!isKnown(figure, seen)) return { assertion: text, measured: undefined, holds: undefined };
    // Nothing of the kind happened while it was looked: that says nothing. Something that never came about is told.
    if (measured === undefined && figure !== 'ring-whole-after')
      return { assertion: text, measured: undefined, holds: undefined };
    return { assertion: text, measured: measured === undefined ? 'never' : showFigure(figure, measured), holds };
  });
}

function isKnown(figure: FigureName, { operations, readBack }: Observations): boolean {
  if (OF_READS.has(figure)) return operations.some(({ kind }) => kind === 'read');
  if (OF_RECORDS.has(figure)) return readBack.acknowledged > 0;
  return OF_THE_REST.has(figure);
}

/** What came of a run, as lines for a terminal. */

import { showFigure } from '../../services/shared/scenario/show.ts';
import type { CardContents } from './card/card.ts';

export function report({ scenario, played, result, stage, configHash }: CardContents, card: string): readonly string[] {
  const { seen, eventHash, limits } = played;
  const width = Math.max(0, ...result.assertions.map(({ assertion }) => assertion.text.length));
  const assertions = result.assertions.map(({ assertion, measured, holds }) => {
    const value = showFigure(assertion.figure, measured);
    return `${holds ? 'held  ' : 'FAILED'}  ${assertion.text.padEnd(width)}  ${value}`;
  });
  const events = eventHash === undefined ? '' : `, events ${eventHash}`;
  return [
    ...assertions,
    ...seen.faults.map((fault) => `fault   ${fault}`),
    ...seen.defects.map((defect) => `DEFECT  ${defect}`),
    ...limits.map((limit) => `limit   ${limit}`),
    `${scenario.name} on ${stage}, seed ${scenario.seed}: ${result.passed ? 'passed' : 'FAILED'} ` +
      `(config ${configHash}${events}); card: ${card}`,
  ];
}

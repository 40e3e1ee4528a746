/** `reads-complete >= 99.9% from 5min to 8min`: a figure, a comparison, a bound, and perhaps a part of the run. */
import { type Assertion, COMPARISONS, type Comparison } from '../assertion.ts';
import { parseDurationMs } from '../duration.ts';
import { FIGURE_NAMES, FIGURES, type FigureName, type Unit } from '../figures.ts';
import type { OperationKind, Workload } from '../scenario.ts';
import { suggestion } from './nearest-name.ts';
import type { Value } from './value.ts';

const FORM = /^([a-z0-9-]+)\s*(<=|>=|<|>|=)\s*([^\s]+)(?:\s+from\s+([^\s]+))?(?:\s+to\s+([^\s]+))?$/;
const EXAMPLES: Readonly<Record<Unit, string>> = { share: '99.9%', ms: '250ms', number: '3' };

/** `workload`: undefined when it is not known. */
export function readAssertion(value: Value, workload: Workload | undefined): Assertion | undefined {
  const text = value.text();
  if (text === undefined) return undefined;
  const match = FORM.exec(text);
  if (match === null)
    return value.fault(
      '"FIGURE <= BOUND" is wanted, with <=, >=, <, > or =, and perhaps "from TIME to TIME" behind it',
    );
  const [, name, sign, boundText, fromText, toText] = match;
  const figure = FIGURE_NAMES.find((known) => known === name);
  if (figure === undefined) {
    const near = suggestion(name!, FIGURE_NAMES);
    return value.fault(`there is no figure ${name}${near === '' ? `: ${FIGURE_NAMES.join(', ')}` : near}`);
  }
  const comparison = COMPARISONS.find((known): known is Comparison => known === sign)!;
  const bound = boundOf(boundText!, figure);
  if (bound === undefined)
    return value.fault(`${figure} is held against a bound such as ${EXAMPLES[FIGURES[figure].unit]}, not ${boundText}`);
  const window = readWindow(value, figure, fromText, toText);
  if (window === undefined || !isMeasurable(value, figure, workload)) return undefined;
  return { text: text.replaceAll(/\s+/g, ' '), figure, comparison, bound, ...window };
}

function boundOf(text: string, figure: FigureName): number | undefined {
  const { unit } = FIGURES[figure];
  if (unit === 'ms') return parseDurationMs(text);
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(%?)$/.exec(text);
  if (match === null || (match[2] === '%') !== (unit === 'share')) return undefined;
  const number = Number(match[1]);
  if (unit === 'number') return number;
  return number <= 100 ? number / 100 : undefined;
}

function readWindow(
  value: Value,
  figure: FigureName,
  fromText: string | undefined,
  toText: string | undefined,
): Pick<Assertion, 'fromMs' | 'toMs'> | undefined {
  if ((fromText ?? toText) !== undefined && FIGURES[figure].isOfWholeRun)
    return value.fault(`${figure} is of the whole run: leave out from and to`);
  const fromMs = fromText === undefined ? 0 : parseDurationMs(fromText);
  const toMs = toText === undefined ? Number.POSITIVE_INFINITY : parseDurationMs(toText);
  if (fromMs === undefined || toMs === undefined) return value.fault('from and to take times such as 5min');
  return fromMs < toMs ? { fromMs, toMs } : value.fault('to should be later than from');
}

/** Whether anybody does what the figure is about. */
function isMeasurable(value: Value, figure: FigureName, workload: Workload | undefined): boolean {
  const { needs } = FIGURES[figure];
  if (workload === undefined || needs.length === 0) return true;
  if (needs.some((kind: OperationKind) => workload.mix[kind] > 0)) return true;
  value.fault(`nobody would ever do what ${figure} is about: workload.mix has no ${needs.join(' or ')}`);
  return false;
}

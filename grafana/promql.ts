/** The few shapes of PromQL that boards are made of. A metric may come with a selector: `name{label="value"}`. */

const WINDOW = '[$__rate_interval]';

/** Events a second over all phones, or by labels. */
export function perSecond(counter: string, ...by: readonly string[]): string {
  return `${sum(by)} (rate(${counter}${WINDOW}))`;
}

export function perMinute(counter: string, ...by: readonly string[]): string {
  return `60 * ${perSecond(counter, ...by)}`;
}

/** A quantile of a histogram over all phones, or by labels. */
export function quantile(q: number, histogram: string, ...by: readonly string[]): string {
  return `histogram_quantile(${q}, ${sum(['le', ...by])} (rate(${seriesOf(histogram, 'bucket')}${WINDOW})))`;
}

/** The mean of what a histogram observed; undefined while it observed nothing. */
export function mean(histogram: string): string {
  return `${perSecond(seriesOf(histogram, 'sum'))} / (${perSecond(seriesOf(histogram, 'count'))} > 0)`;
}

/** Median, and what one in a hundred exceeds, as two series of a panel. */
export function medianAndTail(histogram: string, name = ''): Record<string, string> {
  const prefix = name === '' ? '' : `${name}, `;
  return { [`${prefix}median`]: quantile(0.5, histogram), [`${prefix}99 %`]: quantile(0.99, histogram) };
}

/** How a gauge is spread over phones. */
export function spread(gauge: string): Record<string, string> {
  return {
    largest: `max(${gauge})`,
    'nine in ten below': `quantile(0.9, ${gauge})`,
    median: `quantile(0.5, ${gauge})`,
    smallest: `min(${gauge})`,
  };
}

/** The part of all events that a selector picks; undefined while there are none. */
export function shareOf(counter: string, selector: string): string {
  return `${perSecond(`${counter}{${selector}}`)} / (${perSecond(counter)} > 0)`;
}

function sum(by: readonly string[]): string {
  return by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`;
}

/** A series of a histogram. */
export function seriesOf(histogram: string, suffix: 'bucket' | 'sum' | 'count'): string {
  const brace = histogram.indexOf('{');
  return brace < 0 ? `${histogram}_${suffix}` : `${histogram.slice(0, brace)}_${suffix}${histogram.slice(brace)}`;
}

/** Asks a Prometheus. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Over time, the oldest first; what is no number is left out. */
  readonly values: readonly number[];
}

interface Answer<Data> {
  readonly status: string;
  readonly error?: string;
  readonly data: Data;
}

/** A range has 11,000 points at most: three hours of these. */
const STEP_SECONDS = 1;

export class PrometheusClient {
  readonly url: string;
  readonly #startedAt = Date.now() / 1000;

  constructor(url: string) {
    this.url = url;
  }

  /** What a query gave at any time since this client was made. Throws with what is wrong with the query. */
  async range(query: string): Promise<Sample[]> {
    const parameters = {
      query,
      start: `${this.#startedAt}`,
      end: `${Date.now() / 1000}`,
      step: String(STEP_SECONDS),
    };
    const { result } = await this.#ask<{ result: { metric: Record<string, string>; values: [number, string][] }[] }>(
      '/api/v1/query_range',
      parameters,
    );
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)).filter((value) => Number.isFinite(value)),
    }));
  }

  /** What a query of one series gives now; undefined when it gives nothing. */
  async value(query: string): Promise<number | undefined> {
    const { result } = await this.#ask<{ result: { value: [number, string] }[] }>('/api/v1/query', { query });
    return result[0] === undefined ? undefined : Number(result[0].value[1]);
  }

  async labelValues(metric: string, label: string): Promise<string[]> {
    return await this.#ask<string[]>(`/api/v1/label/${label}/values`, { 'match[]': metric });
  }

  async #ask<Data>(path: string, parameters: Record<string, string>): Promise<Data> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`${answer.error}, in ${JSON.stringify(parameters)}`);
    return answer.data;
  }
}

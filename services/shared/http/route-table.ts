/** The routes as they were registered: for 405 answers, and for the OpenAPI document. */
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface RegisteredRoute {
  readonly method: string;
  /** Fastify's pattern: `/v1/people/:id`. */
  readonly url: string;
  readonly options: RouteOptions;
}

export class RouteTable {
  readonly #routes: RegisteredRoute[] = [];

  get routes(): readonly RegisteredRoute[] {
    return this.#routes;
  }

  /** Must be called before routes are registered. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', (options) => {
      for (const method of [options.method].flat()) this.#routes.push({ method, url: options.url, options });
    });
  }

  /** The methods that some route has for a path; none when there is no such path. */
  methodsOf(path: string): readonly string[] {
    const segments = path.split('/');
    const methods = this.#routes.filter(({ url }) => matches(url.split('/'), segments)).map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? path.length < pattern.length : path.length !== pattern.length) return false;
  return fixed.every((segment, index) => (segment.startsWith(':') ? path[index] !== '' : segment === path[index]));
}

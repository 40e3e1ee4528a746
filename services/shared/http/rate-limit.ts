/**
 * Weighted rate limits: a token bucket a caller.
 * By default a POST takes 3 tokens, PUT and PATCH 2, DELETE and reads 1 (the weights of the AT protocol's servers);
 * a route may ask for more. Headers RateLimit-Limit, -Remaining and -Reset tell how the bucket stands.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestProblem } from '../core/problem.ts';

export interface RateLimitOptions {
  /** Tokens in a full bucket. */
  readonly capacity: number;
  /** Tokens that come back a second. */
  readonly perSecond: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whose bucket a request takes from. */
  readonly callerOf: (request: FastifyRequest) => string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Tokens a request takes; 0 exempts the route. */
    cost?: number;
  }
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Callers remembered; beyond, the one that was quiet for longest starts with a full bucket again. */
const MAX_BUCKETS = 4_096;
const METHOD_COSTS: Readonly<Record<string, number>> = { POST: 3, PUT: 2, PATCH: 2 };

/** Takes tokens before anything is done for a request; goes after what `callerOf` reads. Throws Problem rate-limited. */
export function limitRates(app: FastifyInstance, options: RateLimitOptions): void {
  const buckets = new Buckets(options);
  app.addHook('onRequest', async (request, reply) => {
    const cost = request.routeOptions.config.cost ?? METHOD_COSTS[request.method] ?? 1;
    if (cost === 0) return;
    const { taken, tokens } = buckets.take(options.callerOf(request), cost);
    reply.headers({
      'ratelimit-limit': String(options.capacity),
      'ratelimit-remaining': String(Math.floor(tokens)),
      'ratelimit-reset': String(Math.ceil((options.capacity - tokens) / options.perSecond)),
    });
    if (!taken)
      throw new RequestProblem('rate-limited', undefined, { retryAfterS: (cost - tokens) / options.perSecond });
  });
}

class Buckets {
  readonly #options: RateLimitOptions;
  /** In order of last use, the oldest first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  take(caller: string, cost: number): { readonly taken: boolean; readonly tokens: number } {
    const { capacity, perSecond } = this.#options;
    const now = this.#options.now();
    const bucket = this.#buckets.get(caller) ?? { tokens: capacity, at: now };
    this.#buckets.delete(caller);
    if (this.#buckets.size >= MAX_BUCKETS) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(caller, bucket);
    // A clock that was set back gives nothing and takes nothing.
    bucket.tokens = Math.min(capacity, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    const taken = bucket.tokens >= cost;
    if (taken) bucket.tokens -= cost;
    return { taken, tokens: bucket.tokens };
  }
}

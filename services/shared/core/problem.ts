/**
 * Problems (RFC 9457): a request over HTTP that cannot be done as asked. A service lists its own in a catalogue and
 * takes in those that every API has; slugs are stable and never reused for another meaning.
 */

export interface ProblemDefinition {
  readonly title: string;
  readonly status: number;
  /** What it means and what a client does about it. */
  readonly description: string;
}

export type ProblemCatalogue = Readonly<Record<string, ProblemDefinition>>;

export function defineProblem(status: number, title: string, description: string): ProblemDefinition {
  return { title, status, description };
}

export interface ProblemOptions {
  /** Members beside type, title, status, detail and instance; JSON values. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Seconds until it makes sense to try again: becomes `Retry-After`. */
  readonly retryAfterS?: number;
  /** Further response headers, in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A request that cannot be done as asked. `detail` is told to the client: it holds no secret and no stack. */
export class HttpProblem extends Error {
  override readonly name = 'Problem';
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(slug: string, definition: ProblemDefinition, detail?: string, options: ProblemOptions = {}) {
    super(detail ?? definition.title, { cause: options.cause });
    this.slug = slug;
    this.status = definition.status;
    this.title = definition.title;
    this.detail = detail;
    this.members = options.members ?? {};
    this.headers =
      options.retryAfterS === undefined
        ? (options.headers ?? {})
        : { ...options.headers, 'retry-after': String(Math.max(1, Math.ceil(options.retryAfterS))) };
  }

  /** The problem's type URI, relative to the API that answers with it. */
  get type(): string {
    return problemType(this.slug);
  }
}

export function problemType(slug: string): string {
  return `/problems/${slug}`;
}

/** What any API answers to a request that is broken in itself, or one too many. */
export const REQUEST_PROBLEMS = {
  'malformed-json': defineProblem(400, 'The body is not valid JSON', 'Send a JSON document; nothing was changed.'),
  'empty-body': defineProblem(400, 'A body is required', 'This request needs a JSON document as its body.'),
  'invalid-request': defineProblem(
    400,
    'The request does not match its schema',
    'Each fault is listed in `errors` with the part of the request, a JSON pointer into it and what is wrong.',
  ),
  'invalid-id': defineProblem(400, 'Not an id', 'Ids are UUIDs, or the same 32 hexadecimal digits without dashes.'),
  'bad-request': defineProblem(400, 'The request cannot be read', 'The HTTP request itself is broken.'),
  'not-found': defineProblem(404, 'No such resource', 'Nothing answers under this path. See /docs.'),
  'method-not-allowed': defineProblem(
    405,
    'This resource has no such method',
    'The `Allow` header lists the methods it has.',
  ),
  'request-timeout': defineProblem(408, 'The request took too long to arrive', 'Send the whole request sooner.'),
  'payload-too-large': defineProblem(413, 'The body is too large', 'The bound is in `limitBytes`.'),
  'uri-too-long': defineProblem(414, 'The path is too long', 'A part of the path is longer than any id or name.'),
  'unsupported-media-type': defineProblem(
    415,
    'Unsupported media type',
    'Send `Content-Type: application/json`, or for a picture its own.',
  ),
  'misdirected-request': defineProblem(
    421,
    'Not a host of this service',
    'The Host header names neither what serves this API nor loopback. Its owner can allow further names ' +
      '(RINGWALL_API_HOSTS of a phone, RINGWALL_GATEWAY_HOSTS of a gateway).',
  ),
  'headers-too-large': defineProblem(431, 'The header fields are too large', 'Send fewer or shorter header fields.'),
  'rate-limited': defineProblem(
    429,
    'Too many requests',
    'Wait as long as `Retry-After` says; see the RateLimit-* headers.',
  ),
  'too-many-streams': defineProblem(
    503,
    'Too many event streams are open',
    'Close one, or wait as long as `Retry-After` says.',
  ),
  'internal-error': defineProblem(500, 'Something went wrong here', 'A defect; its request id is in `instance`.'),
} as const satisfies ProblemCatalogue;

export type RequestProblemSlug = keyof typeof REQUEST_PROBLEMS;

/** A problem that any API may answer with. */
export class RequestProblem extends HttpProblem {
  constructor(slug: RequestProblemSlug, detail?: string, options?: ProblemOptions) {
    super(slug, REQUEST_PROBLEMS[slug], detail, options);
  }
}

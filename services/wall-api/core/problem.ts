/**
 * Every problem the wall API answers with, in one catalogue (RFC 9457, problem details).
 *
 * A problem's type is `/problems/<slug>`, relative to the phone's API, where a description of it is served.
 * Slugs are never reused for another meaning. Core and routes throw `Problem`; plugins/problem-details.ts writes it.
 */

export interface ProblemDefinition {
  readonly title: string;
  readonly status: number;
  /** What it means and what a client does about it. */
  readonly description: string;
}

const define = (status: number, title: string, description: string): ProblemDefinition => ({
  status,
  title,
  description,
});

export const PROBLEMS = {
  // The request itself
  'malformed-json': define(400, 'The body is not valid JSON', 'Send a JSON document; nothing was changed.'),
  'empty-body': define(400, 'A body is required', 'This request needs a JSON document as its body.'),
  'invalid-request': define(
    400,
    'The request does not match its schema',
    'Each fault is listed in `errors` with the part of the request, a JSON pointer into it and what is wrong.',
  ),
  'invalid-id': define(400, 'Not an id', 'Ids are UUIDs, or the same 32 hexadecimal digits without dashes.'),
  'invalid-cursor': define(400, 'Not a cursor of this list', 'Use a `cursor` exactly as an earlier answer gave it.'),
  'bad-request': define(400, 'The request cannot be read', 'The HTTP request itself is broken.'),
  'strategy-unavailable': define(
    400,
    'This phone has no such way to choose posts',
    'The strategies it has are in `available`.',
  ),
  'not-found': define(404, 'No such resource', 'Nothing answers under this path. See /docs.'),
  'method-not-allowed': define(405, 'This resource has no such method', 'The `Allow` header lists the methods it has.'),
  'not-acceptable': define(406, 'No acceptable representation', 'This resource speaks JSON, or an event stream.'),
  'request-timeout': define(408, 'The request took too long to arrive', 'Send the whole request sooner.'),
  'payload-too-large': define(413, 'The body is too large', 'The bound is in `limitBytes`.'),
  'uri-too-long': define(414, 'The path is too long', 'A part of the path is longer than any id or name.'),
  'unsupported-media-type': define(
    415,
    'Unsupported media type',
    'Send `Content-Type: application/json`, or for a picture its own.',
  ),
  'not-a-picture': define(
    415,
    'Not a picture',
    'Pictures are JPEG, PNG, WebP or GIF, told by their content, whatever the `Content-Type` says.',
  ),
  'range-not-satisfiable': define(
    416,
    'The range lies outside the content',
    'The `Content-Range` header tells how long it is.',
  ),
  'unprocessable-content': define(
    422,
    'The content cannot be processed',
    'The request is well-formed but what it says cannot be done; `detail` says why.',
  ),
  'picture-unreadable': define(
    422,
    'The picture cannot be decoded',
    'It is cut off or damaged, or takes more time or memory than a picture may; `detail` says which.',
  ),
  'picture-too-large': define(
    422,
    'The picture is too large',
    'It has more pixels or frames than a picture may, or does not become small enough; `detail` has the bound.',
  ),
  'misdirected-request': define(
    421,
    'Not a host of this phone',
    'The Host header names neither this phone nor loopback. Its owner can allow further names (RINGWALL_API_HOSTS).',
  ),
  'headers-too-large': define(431, 'The header fields are too large', 'Send fewer or shorter header fields.'),
  'meaning-unavailable': define(
    503,
    'This phone cannot tell now what texts mean',
    'Its encoder or its index of meanings does not answer. Wait as long as `Retry-After` says.',
  ),
  'internal-error': define(500, 'Something went wrong on this phone', 'A defect; its request id is in `instance`.'),

  // Who is asking
  'session-required': define(
    401,
    'A session is required',
    'Log in (POST /v1/session/challenge) and send `Authorization: Bearer TOKEN`.',
  ),
  'session-invalid': define(401, 'The session is unknown or has expired', 'Log in again.'),
  'login-failed': define(
    401,
    'The login was refused',
    'The proof does not hold: wrong passphrase, no such person here, or a challenge that expired or was used before.',
  ),
  forbidden: define(403, 'Not yours to change', 'Only its author may change this.'),
  'not-readable': define(
    403,
    'This is for others to read',
    'It is sealed for its author’s friends, and the person who asks is none of them, or nobody is logged in.',
  ),
  blocked: define(403, 'You have blocked this person, or they you', 'Lift the block first.'),
  'too-many-people': define(507, 'This phone keeps no further people', 'The bound is in `limit`.'),
  'invalid-recovery-phrase': define(
    422,
    'Not a recovery phrase',
    'A phrase is 12 or 24 words of the BIP-39 English list, in order, with a checksum.',
  ),
  'no-profile': define(
    422,
    'No phone knows a profile of this person',
    'The phrase is well-formed, but its person never had a profile on this ring. Give a `name` to start one.',
  ),
  'too-many-logins': define(503, 'Too many logins are open', 'Wait as long as `Retry-After` says.'),

  // Repetition and versions
  'idempotency-key-invalid': define(
    400,
    'Not an idempotency key',
    'Send 1 to 128 visible ASCII characters, a UUID for instance.',
  ),
  'idempotency-key-reused': define(
    422,
    'The idempotency key was used for another request',
    'Use a fresh key for each new request; repeat only the same request under the same key.',
  ),
  'idempotency-conflict': define(
    409,
    'A request with this idempotency key is under way',
    'Repeat it later to get its answer.',
  ),
  conflict: define(409, 'In conflict with the state of things', 'Read the resource again; `detail` says what stands.'),
  'precondition-failed': define(
    412,
    'The resource has changed',
    'If-Match names another version than the current one, whose entity tag is in the `ETag` header. Read it again.',
  ),
  'precondition-required': define(428, 'If-Match is required', 'Send the `ETag` of the version you mean to replace.'),

  // Budgets
  'rate-limited': define(429, 'Too many requests', 'Wait as long as `Retry-After` says; see the RateLimit-* headers.'),
  'too-many-streams': define(
    503,
    'Too many event streams are open',
    'Close one, or wait as long as `Retry-After` says.',
  ),
  'pictures-busy': define(
    503,
    'Too many pictures are under way',
    'This phone takes in and hands out few at once. Wait as long as `Retry-After` says.',
  ),
  'over-quota': define(
    507,
    'The quota is used up',
    'The phones that should keep this have no room left for this author. Delete something first.',
  ),

  'limit-reached': define(409, 'There are as many of these as there may be', 'The bound is in `limit`. Remove one.'),

  // The ring
  'too-few-replicas': define(
    503,
    'Too few phones could be reached',
    'No majority of the `replicas` phones that should hold this `acknowledged` it. It may be on some of them; ' +
      'repeat the request with the same idempotency key.',
  ),
  'media-incomplete': define(
    503,
    'Pieces of the picture are out of reach',
    '`missing` of its `chunks` pieces could not be read now; its thumbnail can. Retry.',
  ),
  'ring-unavailable': define(503, 'The ring cannot be reached', 'This phone is joining, leaving or cut off. Retry.'),
  'ring-timeout': define(504, 'The ring took too long', 'Retry; a write may or may not have been done.'),
  'nobody-holds-it': define(
    404,
    'Nobody holds this',
    'Every phone that should hold it was asked, and none does. When too few could be asked, it is ring-unavailable.',
  ),
  deleted: define(410, 'Its author deleted it', 'It is gone for good.'),
  'invalid-record': define(422, 'The ring refused the record', 'It is malformed, forged or misplaced.'),
  superseded: define(409, 'A newer version stands', 'It changed elsewhere meanwhile. Read it again.'),
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemSlug = keyof typeof PROBLEMS;

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
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly slug: ProblemSlug;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(slug: ProblemSlug, detail?: string, options: ProblemOptions = {}) {
    const definition = PROBLEMS[slug];
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

  /** The problem's type URI, relative to the phone's API. */
  get type(): string {
    return problemType(this.slug);
  }
}

export function problemType(slug: ProblemSlug): string {
  return `/problems/${slug}`;
}

/**
 * Every problem the wall API answers with, in one catalogue (RFC 9457, problem details).
 *
 * A problem's type is `/problems/<slug>`, relative to the phone's API, where a description of it is served.
 * Slugs are never reused for another meaning. Core and routes throw `Problem`; services/shared/http/problem-details.ts
 * writes it.
 */
import {
  defineProblem as define,
  HttpProblem,
  type ProblemCatalogue,
  type ProblemOptions,
  REQUEST_PROBLEMS,
} from '../../shared/core/problem.ts';

export const PROBLEMS = {
  ...REQUEST_PROBLEMS,

  // The request itself
  'invalid-cursor': define(400, 'Not a cursor of this list', 'Use a `cursor` exactly as an earlier answer gave it.'),
  'strategy-unavailable': define(
    400,
    'This phone has no such way to choose posts',
    'The strategies it has are in `available`.',
  ),
  'not-acceptable': define(406, 'No acceptable representation', 'This resource speaks JSON, or an event stream.'),
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
  'meaning-unavailable': define(
    503,
    'This phone cannot tell now what texts mean',
    'Its encoder or its index of meanings does not answer. Wait as long as `Retry-After` says.',
  ),

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
} as const satisfies ProblemCatalogue;

export type ProblemSlug = keyof typeof PROBLEMS;

/** A request that cannot be done as asked. `detail` is told to the client: it holds no secret and no stack. */
export class Problem extends HttpProblem {
  declare readonly slug: ProblemSlug;

  constructor(slug: ProblemSlug, detail?: string, options?: ProblemOptions) {
    super(slug, PROBLEMS[slug], detail, options);
  }
}

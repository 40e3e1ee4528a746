/** Every problem the gateway itself answers with (RFC 9457); what phones answer passes through as it is. */
import {
  defineProblem as define,
  HttpProblem,
  type ProblemCatalogue,
  type ProblemOptions,
  REQUEST_PROBLEMS,
} from '../../shared/core/problem.ts';

export const PROBLEMS = {
  ...REQUEST_PROBLEMS,

  'no-such-phone': define(404, 'There is no such phone', 'GET /v1/phones lists those there are, with their numbers.'),
  'phone-unreachable': define(
    502,
    'The phone cannot be reached',
    'Nothing answers where it was: it is dead, gone or cut off from the gateway. Any other phone serves the same ring. ' +
      'A request other than GET may have been done before the connection broke.',
  ),
  'phone-silent': define(
    504,
    'The phone does not answer',
    'It took the connection or the address does not refuse it, but no answer came in time: it is frozen, overloaded or ' +
      'cut off. Whether the request was done is not known.',
  ),
  'no-phones': define(
    503,
    'No phone answers',
    'The gateway knows of no phone that lives. Wait as long as `Retry-After` says; see GET /v1/phones.',
  ),

  // The churn lab
  'lab-off': define(
    403,
    'The churn lab is off',
    'Nothing can be changed through this gateway: it was started without RINGWALL_ADMIN_TOKEN. Phones in containers: ' +
      'docker-compose.lab.yml switches it on, and says what that allows.',
  ),
  'admin-token-required': define(
    401,
    'The admin token is required',
    'Send `Authorization: Bearer TOKEN`; `npm start` prints the token, elsewhere it is RINGWALL_ADMIN_TOKEN.',
  ),
  'admin-token-wrong': define(401, 'Not the admin token', 'The token shown is not the one of this gateway.'),
  'not-available-here': define(
    501,
    'Not available here',
    'This gateway has no hand in the phones that could do it; GET /v1/lab lists what it can do. Phones in containers: ' +
      'docker-compose.lab.yml gives it one, and says what that allows.',
  ),
  'lab-refused': define(
    409,
    'It cannot be done',
    '`detail` says why: a phone that is dead cannot freeze, for instance.',
  ),
  'no-such-scenario': define(404, 'There is no such scenario', 'GET /v1/lab lists those there are.'),
  'scenario-under-way': define(409, 'A scenario is being played', 'Wait for its end, or DELETE /v1/lab/scenarios.'),
} as const satisfies ProblemCatalogue;

export type ProblemSlug = keyof typeof PROBLEMS;

/** A request that the gateway cannot do as asked. */
export class Problem extends HttpProblem {
  declare readonly slug: ProblemSlug;

  constructor(slug: ProblemSlug, detail?: string, options?: ProblemOptions) {
    super(slug, PROBLEMS[slug], detail, options);
  }
}

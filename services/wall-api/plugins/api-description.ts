/** What the OpenAPI document says of the wall API, and what sessions and idempotency keys add to its routes. */
import type { ApiDescription, RouteDescription } from '../../shared/http/open-api.ts';
import type { RegisteredRoute } from '../../shared/http/route-table.ts';
import { PROBLEMS, type ProblemSlug } from '../core/problem.ts';

const DESCRIPTION = `The wall API of one phone of a Ringwall. Reads are open; writes need a session of one of this phone's people.

Ids are UUIDs. Times are RFC 3339 in UTC. Lists take \`cursor\` and \`limit\` and answer \`{items, cursor, complete}\`; \`complete: false\`
means that too few phones answered to be sure that nothing is missing. Errors are RFC 9457 problems with stable types.
A POST with an \`Idempotency-Key\` is done once and answered alike for an hour.`;

export const WALL_API: ApiDescription = {
  title: 'Ringwall wall API',
  version: '1.0.0',
  description: DESCRIPTION,
  tags: {
    identity: 'People of this phone, their keys and sessions.',
    people: 'Profiles.',
    posts: 'Posts, replies, reactions.',
    media: 'Pictures of posts.',
    feed: 'What to read.',
    friends: 'Friends and blocks.',
    notifications: 'What happened.',
    network: 'The ring below.',
    service: 'This phone as a service: health, metrics, documentation.',
  },
  securitySchemes: { session: { type: 'http', scheme: 'bearer', description: 'The token of a session.' } },
  problems: PROBLEMS,
  describeRoute,
};

const SECURITY = { required: [{ session: [] }], optional: [{}, { session: [] }] };

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Repeat the request under the same key, and it is still done once.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};

function describeRoute({ options: { config = {} } }: RegisteredRoute): RouteDescription {
  const problems: ProblemSlug[] = [];
  if (config.session === 'required') problems.push('session-required');
  if (config.session !== undefined) problems.push('session-invalid');
  if (config.idempotent === true) {
    problems.push('idempotency-key-invalid', 'idempotency-key-reused', 'idempotency-conflict');
  }
  return {
    ...(config.session === undefined ? {} : { security: SECURITY[config.session] }),
    parameters: config.idempotent === true ? [IDEMPOTENCY_KEY] : [],
    problems,
  };
}

/**
 * The OpenAPI 3.1 document, made of the routes as they are registered: the schemas that validate are the schemas that
 * are published. Problems follow from what a route declares (a session, a body, a rate limit), so that no route can
 * forget one.
 */
import type { FastifySchema } from 'fastify';
import { PROBLEMS, type ProblemSlug, problemType } from '../core/problem.ts';
import { ProblemSchema } from '../routes/schema.ts';
import { PROBLEM_MEDIA_TYPE } from './problem-details.ts';
import type { RegisteredRoute } from './route-table.ts';
import type { Schema } from './validation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route answers beyond the problems that follow from the rest of it. */
    problems?: readonly ProblemSlug[];
    /** Media type of its success when that is not JSON. */
    produces?: string;
    /** Media types of its body when that is not JSON but bytes. */
    consumes?: readonly string[];
  }
  interface FastifySchema {
    summary?: string;
    description?: string;
    tags?: readonly string[];
    hide?: boolean;
    operationId?: string;
  }
}

export type OpenApiDocument = Readonly<Record<string, unknown>>;

const TAGS = {
  identity: 'People of this phone, their keys and sessions.',
  people: 'Profiles.',
  posts: 'Posts, replies, reactions.',
  media: 'Pictures of posts.',
  feed: 'What to read.',
  friends: 'Friends and blocks.',
  notifications: 'What happened.',
  network: 'The ring below.',
  service: 'This phone as a service: health, metrics, documentation.',
} as const;

const DESCRIPTION = `The wall API of one phone of a Ringwall. Reads are open; writes need a session of one of this phone's people.

Ids are UUIDs. Times are RFC 3339 in UTC. Lists take \`cursor\` and \`limit\` and answer \`{items, cursor, complete}\`; \`complete: false\`
means that too few phones answered to be sure that nothing is missing. Errors are RFC 9457 problems with stable types.
A POST with an \`Idempotency-Key\` is done once and answered alike for an hour.`;

/** Makes the document. Throws an Error for a route without summary or tags: what is not described is not done. */
export function describeApi(routes: readonly RegisteredRoute[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const schema: FastifySchema = route.options.schema ?? {};
    if (route.method === 'HEAD' || schema.hide === true) continue;
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operationOf(route, schema);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ringwall wall API',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer', description: 'The token of a session.' } },
      schemas: { Problem: ProblemSchema },
    },
  };
}

function operationOf(route: RegisteredRoute, schema: FastifySchema): Record<string, unknown> {
  const { method, url } = route;
  const config = route.options.config ?? {};
  if (schema.summary === undefined || schema.tags === undefined) throw new Error(`${method} ${url} is not described`);
  const security = { required: [{ session: [] }], optional: [{}, { session: [] }] };
  const session = config.session;
  return {
    operationId: schema.operationId ?? operationIdOf(method, url),
    summary: schema.summary,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    tags: schema.tags,
    ...(session === undefined ? {} : { security: security[session] }),
    ...listOf('parameters', [
      ...parametersOf('path', schema.params as Schema | undefined),
      ...parametersOf('query', schema.querystring as Schema | undefined),
      ...parametersOf('header', schema.headers as Schema | undefined),
      ...(config.idempotent === true ? [IDEMPOTENCY_KEY] : []),
    ]),
    ...bodyOf(schema, config.consumes),
    responses: { ...successesOf(schema, config.produces), ...problemsOf(route, schema) },
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Repeat the request under the same key, and it is still done once.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};

function listOf(name: string, items: readonly unknown[]): Record<string, unknown> {
  return items.length === 0 ? {} : { [name]: items };
}

/** `POST /v1/posts/:id/x` is postV1PostsIdX. */
function operationIdOf(method: string, url: string): string {
  const words = url.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function parametersOf(place: string, schema: Schema | undefined): unknown[] {
  if (schema === undefined) return [];
  const required = (schema['required'] ?? []) as readonly string[];
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    description: property['description'],
    schema: property,
  }));
}

function bodyOf(schema: FastifySchema, consumes: readonly string[] | undefined): Record<string, unknown> {
  if (consumes !== undefined) {
    const content = consumes.map((type) => [type, { schema: { type: 'string', contentMediaType: type } }]);
    return { requestBody: { required: true, content: Object.fromEntries(content) as unknown } };
  }
  if (schema.body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: schema.body } } } };
}

function successesOf(schema: FastifySchema, produces = 'application/json'): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const [status, response] of Object.entries((schema.response ?? {}) as Record<string, Schema>)) {
    const description = (response['description'] as string | undefined) ?? 'Done.';
    const isEmpty = response['type'] === 'null';
    responses[status] = { description, ...(isEmpty ? {} : { content: { [produces]: { schema: response } } }) };
  }
  return responses;
}

/** The problems of a route, grouped by status. */
function problemsOf(route: RegisteredRoute, schema: FastifySchema): Record<string, unknown> {
  const byStatus = new Map<number, ProblemSlug[]>();
  for (const slug of new Set(slugsOf(route, schema))) {
    const { status } = PROBLEMS[slug];
    byStatus.set(status, [...(byStatus.get(status) ?? []), slug]);
  }
  const responses: Record<string, unknown> = {};
  for (const [status, slugs] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[status] = {
      description: slugs.map((slug) => `\`${slug}\`: ${PROBLEMS[slug].title}.`).join(' '),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(slugs.map((slug) => [slug, { value: exampleOf(slug) }])),
        },
      },
    };
  }
  return responses;
}

function slugsOf(route: RegisteredRoute, schema: FastifySchema): ProblemSlug[] {
  const config = route.options.config ?? {};
  const slugs: ProblemSlug[] = [...(config.problems ?? []), 'misdirected-request', 'internal-error'];
  if (schema.params !== undefined) slugs.push('invalid-id', 'uri-too-long');
  if (schema.querystring !== undefined) slugs.push('invalid-request');
  if (config.consumes !== undefined) slugs.push('empty-body', 'payload-too-large', 'unsupported-media-type');
  if (schema.body !== undefined) {
    slugs.push('malformed-json', 'empty-body', 'invalid-request', 'payload-too-large', 'unsupported-media-type');
  }
  if (config.session === 'required') slugs.push('session-required');
  if (config.session !== undefined) slugs.push('session-invalid');
  if (config.cost !== 0) slugs.push('rate-limited');
  if (config.idempotent === true) {
    slugs.push('idempotency-key-invalid', 'idempotency-key-reused', 'idempotency-conflict');
  }
  return slugs;
}

function exampleOf(slug: ProblemSlug): Record<string, unknown> {
  const { title, status } = PROBLEMS[slug];
  const instance = 'urn:uuid:9b2d3c1e-6f0a-4c53-8a51-2f1de0c5a7b4';
  return { type: problemType(slug), title, status, instance };
}

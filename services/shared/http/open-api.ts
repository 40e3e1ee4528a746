/**
 * The OpenAPI 3.1 document, made of the routes as they are registered: the schemas that validate are the schemas that
 * are published. Problems follow from what a route declares (a body, a rate limit, what its service adds), so that no route
 * can forget one.
 */
import type { FastifySchema } from 'fastify';
import { type ProblemCatalogue, problemType, type RequestProblemSlug } from '../core/problem.ts';
import { PROBLEM_MEDIA_TYPE } from './problem-details.ts';
import type { RegisteredRoute } from './route-table.ts';
import { ProblemSchema } from './schema.ts';
import type { Schema } from './validation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Slugs of what a route answers beyond the problems that follow from the rest of it. */
    problems?: readonly string[];
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

/** What is said of an API as a whole, and what its routes declare beyond what every API knows. */
export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** What each tag of a route stands for. */
  readonly tags: Readonly<Record<string, string>>;
  readonly securitySchemes: Readonly<Record<string, unknown>>;
  /** Every problem of the API. */
  readonly problems: ProblemCatalogue;
  /** What a route's config says in the terms of its own service. */
  readonly describeRoute?: (route: RegisteredRoute) => RouteDescription;
}

export interface RouteDescription {
  /** Security requirements as OpenAPI has them. */
  readonly security?: readonly unknown[];
  readonly parameters?: readonly unknown[];
  readonly problems?: readonly string[];
}

/**
 * Makes the document. Throws an Error for a route without summary or tags, or with a problem that is in no catalogue:
 * what is not described is not done.
 */
export function describeApi(routes: readonly RegisteredRoute[], api: ApiDescription): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const schema: FastifySchema = route.options.schema ?? {};
    if (route.method === 'HEAD' || schema.hide === true) continue;
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operationOf(route, schema, api);
  }
  const { title, version, description, tags, securitySchemes } = api;
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    // Relative to where the document itself is: it may lie behind a gateway, below a path.
    servers: [{ url: './' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths,
    components: { securitySchemes, schemas: { Problem: ProblemSchema } },
  };
}

function operationOf(route: RegisteredRoute, schema: FastifySchema, api: ApiDescription): Record<string, unknown> {
  const { method, url } = route;
  const config = route.options.config ?? {};
  if (schema.summary === undefined || schema.tags === undefined) throw new Error(`${method} ${url} is not described`);
  const { security, parameters = [], problems = [] } = api.describeRoute?.(route) ?? {};
  return {
    operationId: schema.operationId ?? operationIdOf(method, url),
    summary: schema.summary,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    tags: schema.tags,
    ...(security === undefined ? {} : { security }),
    ...listOf('parameters', [
      ...parametersOf('path', schema.params as Schema | undefined),
      ...parametersOf('query', schema.querystring as Schema | undefined),
      ...parametersOf('header', schema.headers as Schema | undefined),
      ...parameters,
    ]),
    ...bodyOf(schema, config.consumes),
    responses: {
      ...successesOf(schema, config.produces),
      ...problemsOf([...slugsOf(route, schema), ...problems], api.problems),
    },
  };
}

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
function problemsOf(slugs: readonly string[], catalogue: ProblemCatalogue): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const slug of new Set(slugs)) {
    const definition = catalogue[slug];
    if (definition === undefined) throw new Error(`the problem ${slug} is in no catalogue`);
    byStatus.set(definition.status, [...(byStatus.get(definition.status) ?? []), slug]);
  }
  const responses: Record<string, unknown> = {};
  for (const [status, together] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[status] = {
      description: together.map((slug) => `\`${slug}\`: ${catalogue[slug]!.title}.`).join(' '),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(together.map((slug) => [slug, { value: exampleOf(slug, catalogue) }])),
        },
      },
    };
  }
  return responses;
}

/** What follows from a route's schemas and cost. */
function slugsOf(route: RegisteredRoute, schema: FastifySchema): string[] {
  const config = route.options.config ?? {};
  const own: RequestProblemSlug[] = ['misdirected-request', 'internal-error'];
  if (schema.params !== undefined) own.push('invalid-id', 'uri-too-long');
  if (schema.querystring !== undefined) own.push('invalid-request');
  if (config.consumes !== undefined) own.push('empty-body', 'payload-too-large', 'unsupported-media-type');
  if (schema.body !== undefined) {
    own.push('malformed-json', 'empty-body', 'invalid-request', 'payload-too-large', 'unsupported-media-type');
  }
  if (config.cost !== 0) own.push('rate-limited');
  return [...(config.problems ?? []), ...own];
}

function exampleOf(slug: string, catalogue: ProblemCatalogue): Record<string, unknown> {
  const { title, status } = catalogue[slug]!;
  const instance = 'urn:uuid:9b2d3c1e-6f0a-4c53-8a51-2f1de0c5a7b4';
  return { type: problemType(slug), title, status, instance };
}

/** docs/reference/rest.md: the wall API, from the OpenAPI document that a phone serves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idFromNumber } from '../../services/shared/core/id.ts';
import { createLogger } from '../../services/shared/runtime/logging.ts';
import { Registry } from '../../services/shared/runtime/metrics.ts';
import { assembleWall, type WallApiOptions } from '../../services/wall-api/start.ts';
import { generatedHeading, markdownTable } from './markdown.ts';
import { fieldRows, type JsonSchema } from './schema-table.ts';

interface Content {
  readonly [mediaType: string]: { readonly schema: JsonSchema };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

interface OpenApi {
  readonly info: { readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Route {
  readonly title: string;
  readonly operation: Operation;
}

export async function restReference(): Promise<string> {
  const { info, tags, paths } = await openApiDocument();
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const members = routes.filter(({ operation }) => operation.tags[0] === name);
    return members.length === 0 ? '' : `## ${name}\n\n${description}\n\n${members.map(routeText).join('\n\n')}`;
  });
  return `${generatedHeading('REST reference', 'the OpenAPI document that every phone serves at `/openapi.json`')}

${info.description}

Problems are explained in [problems.md](problems.md).

${markdownTable(
  ['', 'what it does'],
  routes.map(({ title, operation }) => [`[\`${title}\`](#${anchorOf(title)})`, operation.summary]),
)}

${sections.filter((section) => section !== '').join('\n\n')}
`;
}

/** What a phone serves at /openapi.json. No ring is needed for that, so there is none. */
async function openApiDocument(): Promise<OpenApi> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringwall-docs-'));
  const noRing = (): Promise<never> => Promise.reject(new Error('there is no ring to ask'));
  const chord: WallApiOptions['chord'] = {
    lookup: noRing,
    put: noRing,
    get: noRing,
    getNearest: noRing,
    relay: noRing,
    identify: noRing,
    getStatus: noRing,
  };
  const can: WallApiOptions['can'] = {
    publish: noRing,
    withdraw: noRing,
    search: noRing,
    searchExactly: noRing,
    find: noRing,
    getStatus: noRing,
  };
  const embedder: WallApiOptions['embedder'] = { embed: noRing, project: noRing, getParameters: noRing };
  const wall = await assembleWall({
    ...{ chord, can, embedder },
    dataDir,
    phone: { id: idFromNumber(0n), address: '127.0.0.1:7400' },
    logger: createLogger('silent'),
    registry: new Registry(),
  });
  try {
    const response = await wall.app.inject('/openapi.json');
    return response.json<OpenApi>();
  } finally {
    await wall.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function routeText({ title, operation }: Route): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const parts = [`### ${title}`, `${summary}.${sessionText(operation)}`];
  if (description !== undefined) parts.push(description);
  if (parameters.length > 0) parts.push(parametersText(parameters));
  if (requestBody !== undefined) parts.push(contentText('Body', requestBody.content));
  for (const [status, { description: text, content }] of Object.entries(responses)) {
    if (Number(status) < 400) parts.push(contentText(`**${status}** ${text}`, content ?? {}));
  }
  const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  parts.push(refusals.map(([status, { description: text }]) => `- **${status}** ${text}`).join('\n'));
  return parts.filter((part) => part !== '').join('\n\n');
}

function parametersText(parameters: readonly Parameter[]): string {
  const rows = parameters.flatMap(({ name, required = false, description, schema }) =>
    fieldRows(name, { ...schema, ...(description === undefined ? {} : { description }) }, required),
  );
  const kinds = [...new Set(parameters.map((parameter) => parameter.in))].join(', ');
  return markdownTable([`parameter (${kinds})`, 'type', 'required', 'meaning'], rows);
}

function sessionText({ security }: Operation): string {
  if (security === undefined) return '';
  return security.some((way) => Object.keys(way).length === 0)
    ? ' A session is taken, not needed.'
    : ' Needs a session.';
}

function contentText(title: string, content: Content): string {
  const [first] = Object.entries(content);
  if (first === undefined) return title;
  const [mediaType, { schema }] = first;
  const rows = fieldRows('', schema, true);
  const heading = mediaType === 'application/json' ? title : `${title} (\`${mediaType}\`)`;
  return rows.length === 0 ? heading : `${heading}\n\n${markdownTable(['field', 'type', 'required', 'meaning'], rows)}`;
}

/** As GitHub makes them of headings. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

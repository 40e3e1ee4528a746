/** docs/reference/rest.md and gateway.md: what an API serves, from its OpenAPI document. */
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

export interface OpenApi {
  readonly info: { readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Route {
  readonly title: string;
  readonly operation: Operation;
}

/** The pages' text. `source`: where the document is served. */
export function restReference(title: string, source: string, { info, tags, paths }: OpenApi): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const members = routes.filter(({ operation }) => operation.tags[0] === name);
    return members.length === 0 ? '' : `## ${name}\n\n${description}\n\n${members.map(routeText).join('\n\n')}`;
  });
  return `${generatedHeading(title, source)}

${info.description}

Problems are explained in [problems.md](problems.md).

${markdownTable(
  ['', 'what it does'],
  routes.map(({ title: name, operation }) => [`[\`${name}\`](#${anchorOf(name)})`, operation.summary]),
)}

${sections.filter((section) => section !== '').join('\n\n')}
`;
}

function routeText({ title, operation }: Route): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const parts = [`### ${title}`, `${summary}.${securityText(operation)}`];
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

function securityText({ security }: Operation): string {
  if (security === undefined) return '';
  const names = security.flatMap((way) => Object.keys(way));
  const what = names[0] === 'session' ? 'a session' : 'the admin token';
  return security.some((way) => Object.keys(way).length === 0) ? ` Takes ${what}, needs none.` : ` Needs ${what}.`;
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

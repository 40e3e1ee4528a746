/** An API's own description, and a page to try it with. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { RequestProblem } from '../core/problem.ts';
import { type ApiDescription, describeApi, type OpenApiDocument } from './open-api.ts';
import type { RouteTable } from './route-table.ts';
import { Type } from './type.ts';

/** The files of Swagger UI that the page needs, read when somebody asks for them. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'index.css': 'text/css; charset=utf-8',
};
/** Swagger UI sets styles by script, and inlines images. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const pageOf = (title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/index.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;
const START_SCRIPT = `window.ui = SwaggerUIBundle({
  url: new URL('openapi.json', new URL('.', location.href)).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

export async function documentationRoutes(
  app: FastifyInstance,
  { table, api }: { readonly table: RouteTable; readonly api: ApiDescription },
): Promise<void> {
  let document: OpenApiDocument | undefined;

  app.get(
    '/openapi.json',
    {
      schema: { summary: 'This API as OpenAPI 3.1', tags: ['service'], response: { 200: Type.Unknown() } },
    },
    async () => (document ??= describeApi(table.routes, api)),
  );

  app.get('/docs', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(pageOf(api.title)),
  );

  app.get('/docs/start.js', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(START_SCRIPT),
  );

  app.get<{ Params: { file: string } }>('/docs/:file', { schema: { hide: true } }, async (request, reply) => {
    const { file } = request.params;
    const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (type === undefined) throw new RequestProblem('not-found');
    return reply
      .type(type)
      .header('cache-control', 'max-age=86400')
      .send(await readFile(join(assetsFolder(), file)));
  });
}

function assetsFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('@fastify/swagger-ui/package.json')), 'static');
}

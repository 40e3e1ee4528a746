/** Pages for people as a service serves them: the static files of a built folder, as they are. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { EnvironmentReader } from '../runtime/program/environment.ts';

/** Scripts, styles and requests of the same origin only; pictures that are about to be uploaded are blobs. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const PAGE = 'index.html';
/** Names of files in it hold a hash of their content. */
const ASSETS = 'assets';
const A_YEAR_S = 31_536_000;
/** Encodings that the build leaves beside a file, the smallest first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;
const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
};

/** Serves the folder's page at `prefix` (`/`, or one that ends in a slash), what it loads below, and nothing else of it. */
export function servePages(app: FastifyInstance, folder: string, prefix: string): void {
  const files = new Set(filesOf(folder));
  for (const file of files) {
    if (ENCODINGS.some(({ suffix }) => file.endsWith(suffix))) continue;
    const cacheControl = file.startsWith(`${ASSETS}/`) ? `public, max-age=${A_YEAR_S}, immutable` : 'no-cache';
    const url = file === PAGE ? prefix : `${prefix}${file}`;
    app.get(url, { schema: { hide: true }, config: { cost: 0 } }, async (request, reply) => {
      reply.headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': cacheControl });
      return await sendFile(request, reply, { folder, file, files });
    });
  }
}

/** The folder that a variable names; a fault of the environment when there is no page in it. */
export function readPagesFolder(environment: EnvironmentReader, variable: string): string | undefined {
  const folder = environment.optional(variable);
  if (folder !== undefined && !existsSync(join(folder, PAGE))) {
    environment.fault(
      `${variable}: there is no ${PAGE} in ${folder}; \`npm run web\` builds the pages and tells where they are`,
    );
  }
  return folder;
}

/** Paths below the folder, of its own files and those in `assets/`. */
function filesOf(folder: string): string[] {
  const ownFiles = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() && !entry.name.startsWith('.') ? [entry.name] : [],
    );
  return [...ownFiles(folder), ...ownFiles(join(folder, ASSETS)).map((name) => `${ASSETS}/${name}`)];
}

interface StaticFile {
  readonly folder: string;
  readonly file: string;
  /** All there are, those with encodings among them. */
  readonly files: ReadonlySet<string>;
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, { folder, file, files }: StaticFile) {
  // Loaded for the first page: a phone that nobody looks at does without.
  const { send } = await import('@fastify/send');
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = ENCODINGS.find(({ name, suffix }) => accepted.includes(name) && files.has(file + suffix));
  const path = file + (encoding?.suffix ?? '');
  const found = await send(request.raw, path, { root: folder, cacheControl: false, contentType: false });
  // What it says of the type is of the file as it lies there, so it is said here.
  reply.code(found.statusCode).headers(found.headers);
  reply.headers({ 'content-type': typeOf(file), vary: 'Accept-Encoding' });
  if (encoding !== undefined) reply.header('content-encoding', encoding.name);
  return reply.send(found.stream);
}

function typeOf(file: string): string {
  return TYPES[file.split('.').at(-1)!] ?? 'application/octet-stream';
}

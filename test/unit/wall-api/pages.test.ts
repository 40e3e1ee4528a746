/** The built pages as a phone serves them: `/` and what it loads, and nothing else of the folder. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { EnvironmentReader } from '../../../services/shared/runtime/program/environment.ts';
import { readWallApiSettings } from '../../../services/wall-api/environment.ts';
import { openWall, type WallFixture } from './wall-fixture.ts';

const PAGE = '<!doctype html><title>Ringwall</title>';
const SCRIPT = 'export const answer = 42;';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringwall-pages-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, '.sources'), 'hash');
  await writeFile(join(folder, 'assets', 'page-1a2b.js'), SCRIPT);
  await writeFile(join(folder, 'assets', 'page-1a2b.js.gz'), gzipSync(SCRIPT));
  return () => rm(folder, { recursive: true });
});

async function openPages(): Promise<WallFixture> {
  return await openWall({ settings: { pagesFolder: folder } });
}

describe('the pages', () => {
  it('begin at /, under a policy that allows nothing inline and nothing from elsewhere', async () => {
    const wall = await openPages();
    const page = await wall.ask('GET', '/');
    expect([page.status, page.text]).toEqual([200, PAGE]);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const policy = page.headers['content-security-policy']!;
    expect(policy).toContain("script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
    const again = await wall.ask('GET', '/', { headers: { 'if-none-match': page.headers['etag']! } });
    expect(again.status).toBe(304);
  });

  it('load assets for good, and smaller where the browser can', async () => {
    const wall = await openPages();
    const plain = await wall.ask('GET', '/assets/page-1a2b.js');
    expect(plain.text).toBe(SCRIPT);
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(plain.headers['cache-control']).toContain('immutable');
    const zipped = await wall.ask('GET', '/assets/page-1a2b.js', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(Number(zipped.headers['content-length'])).toBe(gzipSync(SCRIPT).length);
    const part = await wall.ask('GET', '/assets/page-1a2b.js', { headers: { range: 'bytes=0-5' } });
    expect([part.status, part.text]).toEqual([206, 'export']);
  });

  it('are all there is of their folder', async () => {
    const wall = await openPages();
    for (const path of ['/.sources', '/assets/', '/assets/..%2findex.html', '/assets/page-1a2b.js.gz', '/index.html']) {
      expect([path, (await wall.ask('GET', path)).status]).toEqual([path, 404]);
    }
    expect((await wall.ask('POST', '/', { body: {} })).status).toBe(405);
  });

  it('are left out without a folder', async () => {
    const wall = await openWall();
    expect((await wall.ask('GET', '/')).status).toBe(404);
  });

  it('have to be where the environment says', async () => {
    const environment = new EnvironmentReader({ RINGWALL_PAGES: join(folder, 'assets') });
    readWallApiSettings(environment);
    expect(() => environment.check()).toThrow(/RINGWALL_PAGES: there is no index.html in .*npm run web/);
    const good = new EnvironmentReader({ RINGWALL_PAGES: folder });
    expect(readWallApiSettings(good).settings.pagesFolder).toBe(folder);
  });
});

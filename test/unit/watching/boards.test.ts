/** The boards are those of their sources, laid out without gaps or overlaps, and load without a hand. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { staleBoards } from '../../../grafana/generate.ts';
import { ROOT, readText } from './watched.ts';

const FOLDER = 'grafana/dashboards';
const COLUMNS = 24;
const FILES = readdirSync(join(ROOT, FOLDER));
const BOARDS = FILES.map((file) => [file, JSON.parse(readText(`${FOLDER}/${file}`)) as Dashboard] as const);

interface DataSources {
  readonly datasources: readonly { readonly uid: string; readonly type: string }[];
}
const [SOURCE] = (parse(readText('grafana/provisioning/datasources/prometheus.yml')) as DataSources).datasources;

function panelsOf({ panels }: Dashboard): Panel[] {
  return panels!.filter((panel): panel is Panel => panel.type !== 'row');
}

describe('boards', () => {
  it('are up to date: `npm run boards`', async () => {
    expect(await staleBoards()).toEqual([]);
  });

  it('are seven', () => {
    const names = ['can', 'lookups', 'phone', 'pulse', 'ring', 'storage', 'wall'];
    expect(FILES.toSorted()).toEqual(names.map((name) => `ringwall-${name}.json`));
  });

  it.each(BOARDS)('%s fills its rows, and nothing lies on anything else', (_, board) => {
    const taken = new Set<string>();
    const widths = new Map<number, number>();
    for (const { gridPos } of board.panels!) {
      const { x, y, w, h } = gridPos!;
      widths.set(y, (widths.get(y) ?? 0) + w);
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) {
          expect(taken.has(`${row}/${column}`), `two panels at row ${row}, column ${column}`).toBe(false);
          taken.add(`${row}/${column}`);
        }
      }
    }
    expect([...widths.values()].every((width) => width === COLUMNS)).toBe(true);
  });

  it.each(BOARDS)('%s says of each panel what it shows, in which unit, from the one source', (_, board) => {
    for (const panel of panelsOf(board)) {
      expect(panel.title).not.toBe('');
      expect(panel.description!.length, panel.title).toBeGreaterThan(5);
      expect(panel.fieldConfig!.defaults.unit, panel.title).toBeDefined();
      expect(panel.targets!.length, panel.title).toBeGreaterThan(0);
      for (const { datasource } of [panel, ...(panel.targets as Pick<Panel, 'datasource'>[])]) {
        expect(datasource).toEqual({ type: SOURCE!.type, uid: SOURCE!.uid });
      }
    }
    const names = panelsOf(board).map(({ title, type }) => `${title} (${type})`);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(BOARDS)('%s takes no input when it is loaded', (file, board) => {
    const text = JSON.stringify(board);
    expect(text).not.toMatch(/\$\{?DS_/);
    expect(board).not.toHaveProperty('__inputs');
    expect(board.uid).toBe(file.replace('.json', ''));
    expect(board.tags).toEqual(['ringwall']);
  });

  it('link to boards that exist', () => {
    const uids = new Set(BOARDS.map(([, board]) => board.uid));
    const links = BOARDS.flatMap(([, board]) => [...JSON.stringify(board).matchAll(/"url":"\/d\/([\w-]+)/g)]);
    expect(links.length).toBeGreaterThan(0);
    for (const [, uid] of links) expect(uids).toContain(uid);
  });
});

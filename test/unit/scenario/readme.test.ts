/** The reference of scenario files says what there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIGURE_NAMES, FIGURES, type Unit } from '../../../services/shared/scenario/figures.ts';
import { LINK_CLASSES } from '../../../services/shared/scenario/link-class.ts';
import { OPERATION_KINDS } from '../../../services/shared/scenario/scenario.ts';

const README = readFileSync(join(import.meta.dirname, '../../scenario/README.md'), 'utf8');
const BOUNDS: Readonly<Record<Unit, string>> = { share: 'share', ms: 'time', number: 'number' };

test('it has every figure, with its bound and in the same words', () => {
  const rows = FIGURE_NAMES.map((name) => `| \`${name}\` | ${BOUNDS[FIGURES[name].unit]} | ${FIGURES[name].about} |`);
  expect(rows.filter((row) => !README.includes(row))).toEqual([]);
});

test('it names every kind of operation and every class of links', () => {
  const names = [...OPERATION_KINDS, ...LINK_CLASSES.map(({ name }) => name)];
  expect(names.filter((name) => !README.includes(`\`${name}\``))).toEqual([]);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_REMEMBERED,
  readRememberedPhones,
  rememberPhones,
} from '../../../services/chord-router/adapters/identity/remembered-phones.ts';
import type { Id } from '../../../services/shared/core/id.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringwall-known-'));
});
afterEach(() => rm(folder, { recursive: true }));

const phone = (n: number) => ({ id: n.toString(16).padStart(32, '0') as Id, address: `127.0.0.1:${7000 + n}` });

describe('remembered phones', () => {
  it('come back, the first of them', async () => {
    const phones = Array.from({ length: MAX_REMEMBERED + 5 }, (_, n) => phone(n));
    expect(await readRememberedPhones(folder)).toEqual([]);
    await rememberPhones(folder, phones);
    expect(await readRememberedPhones(folder)).toEqual(phones.slice(0, MAX_REMEMBERED));
  });

  it.each(['', '{', '{}', '7', '[null]', '[{"id":"x","address":"127.0.0.1:1"}]', '[{"id":1,"address":2}]'])(
    'are none when the file holds %j',
    async (content) => {
      await writeFile(join(folder, 'known-phones.json'), content);
      expect(await readRememberedPhones(folder)).toEqual([]);
    },
  );
});

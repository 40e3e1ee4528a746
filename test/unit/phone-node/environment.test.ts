/** What a phone says of settings that do not go together. */
import { expect, test } from 'vitest';
import { readPhoneSettings } from '../../../services/phone-node/environment.ts';

const TOKEN = 'a-token-of-enough-characters';
const BASE = { RINGWALL_DATA: '/tmp/phone' };

test('takes an admin token together with a place where admin calls come in', () => {
  const settings = readPhoneSettings({ ...BASE, RINGWALL_ADMIN_TOKEN: TOKEN, RINGWALL_CHORD_LISTEN: '127.0.0.1:0' });
  expect(settings.router.adminToken).toBe(TOKEN);
  expect(readPhoneSettings(BASE).router.adminToken).toBeUndefined();
});

test.each([
  ['short', 'RINGWALL_ADMIN_TOKEN must be 16 to 200 printable ASCII characters without spaces'],
  ['has some spaces in it', 'RINGWALL_ADMIN_TOKEN must be 16 to 200 printable ASCII characters without spaces'],
  ['x'.repeat(201), 'RINGWALL_ADMIN_TOKEN must be 16 to 200 printable ASCII characters without spaces'],
])('refuses a token that cannot be, without quoting it', (token, fault) => {
  const environment = { ...BASE, RINGWALL_ADMIN_TOKEN: token, RINGWALL_CHORD_LISTEN: '127.0.0.1:0' };
  expect(() => readPhoneSettings(environment)).toThrow(fault);
  expect(() => readPhoneSettings(environment)).not.toThrow(token);
});

test('refuses a token that nobody could show', () => {
  expect(() => readPhoneSettings({ ...BASE, RINGWALL_ADMIN_TOKEN: TOKEN })).toThrow(
    'RINGWALL_ADMIN_TOKEN needs RINGWALL_CHORD_LISTEN: admin calls are taken there',
  );
});

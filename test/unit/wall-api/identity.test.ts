import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PutOutcome } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { openWall } from './wall-fixture.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('POST /v1/identity', () => {
  it('makes a person with a phrase, a session and a profile on the ring', async () => {
    const wall = await openWall();
    const made = await wall.ask('POST', '/v1/identity', { body: { name: '  Ada  ', passphrase: 'correct horse' } });
    expect(made.status).toBe(201);
    expect(made.body.person).toEqual({ id: expect.stringMatching(UUID), name: 'Ada' });
    expect(made.body.recoveryPhrase.split(' ')).toHaveLength(12);
    expect(made.body.session.token.length).toBeGreaterThanOrEqual(43);
    expect(made.body.session.expiresAt).toBe('2025-11-23T12:00:00.000Z');
    expect(made.headers['location']).toBe(`/v1/people/${made.body.person.id}`);
    const profile = await wall.ask('GET', made.headers['location']!);
    expect(profile.body).toMatchObject({ id: made.body.person.id, name: 'Ada', bio: '' });
    const own = await wall.ask('GET', '/v1/profile', { token: made.body.session.token });
    expect(own.body).toEqual(profile.body);
  });

  it('keeps keys encrypted, in files only their owner can read', async () => {
    const wall = await openWall();
    const ada = await wall.person('Ada', 'correct horse');
    const folder = join(wall.dataDir, 'people');
    const path = join(folder, `${ada.key}.json`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const file of await readdir(folder)) {
      const text = await readFile(join(folder, file), 'utf8');
      expect(text).not.toContain('correct horse');
      for (const word of ada.recoveryPhrase.split(' ')) expect(text).not.toContain(` ${word} `);
    }
    expect(JSON.parse(await readFile(path, 'utf8')).kdf).toMatchObject({ algorithm: 'scrypt', n: 16 });
  });

  it('brings a person back on another phone, with the profile that is on the ring', async () => {
    const first = await openWall();
    const ada = await first.person();
    const second = await openWall({ ring: first.ring });
    const body = {
      recoveryPhrase: `  ${ada.recoveryPhrase.toUpperCase().replaceAll(' ', '   ')} `,
      passphrase: 'other',
    };
    const back = await second.ask('POST', '/v1/identity', { body });
    expect(back.status).toBe(201);
    expect(back.body.person).toEqual({ id: ada.id, name: 'Ada' });
    expect(back.body.recoveryPhrase).toBe(ada.recoveryPhrase);
    const profile = await second.ask('GET', '/v1/profile', { token: back.body.session.token });
    expect(profile.body).toEqual((await first.ask('GET', `/v1/people/${ada.id}`)).body);
  });

  it('renames whoever comes back with a name, and keeps the bio', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    await wall.ask('PUT', '/v1/profile', { token: ada.token, body: { name: 'Ada', bio: 'counts' } });
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other', name: 'Countess' };
    const back = await wall.ask('POST', '/v1/identity', { body });
    expect(back.body.person.name).toBe('Countess');
    const profile = await wall.ask('GET', `/v1/people/${ada.id}`);
    expect(profile.body).toMatchObject({ name: 'Countess', bio: 'counts' });
  });

  it('lets a forgotten passphrase be replaced by the phrase, which ends the older sessions', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'a new one' };
    expect((await wall.ask('POST', '/v1/identity', { body })).status).toBe(201);
    expect((await wall.ask('GET', '/v1/profile', { token: ada.token })).body.type).toBe('/problems/session-invalid');
    expect(wall.wall().context.people.size).toBe(1);
  });

  it('asks for a name when a phrase is sound but nobody had it', async () => {
    const wall = await openWall();
    const recoveryPhrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const nameless = await wall.ask('POST', '/v1/identity', { body: { recoveryPhrase, passphrase: 'secret' } });
    expect(nameless.body).toMatchObject({ type: '/problems/no-profile', status: 422 });
    const named = await wall.ask('POST', '/v1/identity', {
      body: { recoveryPhrase, passphrase: 'secret', name: 'Eve' },
    });
    expect(named.status).toBe(201);
    // The same phrase must give the same person for ever.
    expect(named.body.person.id).toMatchInlineSnapshot(`"65521b01-3e10-a07a-114b-1025fe650122"`);
  });

  it.each([
    ['a wrong word', 'zzz winner thank year wave sausage worth useful legal winner thank yellow'],
    ['a wrong checksum', 'legal legal thank year wave sausage worth useful legal winner thank yellow'],
    ['too few words', 'legal winner thank'],
    ['15 words', Array(15).fill('abandon').join(' ')],
  ])('refuses a phrase with %s', async (_what, recoveryPhrase) => {
    const wall = await openWall();
    const answer = await wall.ask('POST', '/v1/identity', { body: { recoveryPhrase, passphrase: 'secret' } });
    expect(answer.body).toMatchObject({ type: '/problems/invalid-recovery-phrase', status: 422 });
    expect(wall.ring.attempts).toHaveLength(0);
  });

  it('keeps nothing when the ring does not take the profile', async () => {
    const wall = await openWall();
    wall.ring.faults.reachable = 1;
    const few = await wall.ask('POST', '/v1/identity', { body: { name: 'Ada', passphrase: 'secret' } });
    expect(few.body).toMatchObject({ type: '/problems/too-few-replicas', status: 503, replicas: 3, acknowledged: 1 });
    expect(few.headers['retry-after']).toBe('2');
    wall.ring.heal();
    wall.ring.faults.refuse = () => PutOutcome.OVER_QUOTA;
    const full = await wall.ask('POST', '/v1/identity', { body: { name: 'Ada', passphrase: 'secret' } });
    expect(full.body).toMatchObject({ type: '/problems/over-quota', status: 507 });
    expect((await readdir(join(wall.dataDir, 'people'))).filter((file) => file.endsWith('.json'))).toEqual([]);
    expect(wall.wall().context.people.size).toBe(0);
    expect(wall.wall().context.sessions.size).toBe(0);
  });

  it('does not guess a profile when too few phones answer', async () => {
    const wall = await openWall();
    const ada = await wall.person();
    wall.ring.faults.reachable = 0;
    const body = { recoveryPhrase: ada.recoveryPhrase, passphrase: 'other' };
    const answer = await wall.ask('POST', '/v1/identity', { body });
    expect(answer.body).toMatchObject({ type: '/problems/ring-unavailable', status: 503 });
  });

  it('bounds how many people a phone keeps', async () => {
    const wall = await openWall({ settings: { maxPeople: 2 } });
    await wall.person('Ada');
    const eve = await wall.person('Eve');
    const third = await wall.ask('POST', '/v1/identity', { body: { name: 'Bob', passphrase: 'secret' } });
    expect(third.body).toMatchObject({ type: '/problems/too-many-people', status: 507, limit: 2 });
    const body = { recoveryPhrase: eve.recoveryPhrase, passphrase: 'other' };
    expect((await wall.ask('POST', '/v1/identity', { body })).status).toBe(201);
  });

  it('starts without a keystore file that is damaged, and leaves it where it is', async () => {
    const log: string[] = [];
    const wall = await openWall({ log });
    const ada = await wall.person();
    const path = join(wall.dataDir, 'people', `${ada.key}.json`);
    await writeFile(path, '{"version":1');
    await wall.restart();
    expect(wall.wall().context.people.size).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('{"version":1');
    expect(log.some((line) => line.includes('a keystore file cannot be read'))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { EnvironmentReader } from '../../../services/shared/runtime/program/environment.ts';
import { readWallApiSettings } from '../../../services/wall-api/environment.ts';
import { openWall, type WallFixture } from './wall-fixture.ts';

async function openWallAt(...hosts: string[]): Promise<WallFixture> {
  return await openWall({ settings: { hosts } });
}

function statusAt(wall: WallFixture, host: string): Promise<number> {
  return wall.inject({ method: 'GET', url: '/healthz', headers: { host } }).then(({ status }) => status);
}

describe('the Host header', () => {
  it('must name this phone, whatever the port', async () => {
    const wall = await openWallAt('Phone7.example.', '192.0.2.7', '[2001:DB8:0::7]');
    const own = ['phone7.example', 'PHONE7.example.:80', '192.0.2.7:8080', '[2001:db8::7]:8080', '[2001:db8::7]'];
    for (const host of [...own, 'localhost', 'localhost:1', '127.0.0.1:8080', '[::1]:8080', '[::ffff:127.0.0.1]']) {
      expect([host, await statusAt(wall, host)]).toEqual([host, 200]);
    }
    const others = [
      'evil.example',
      'phone7.example.evil.example',
      'localhost.evil.example',
      '192.0.2.8',
      '[2001:db8::8]',
    ];
    for (const host of [...others, ':80', '[]', '[localhost]', 'localhost:x', 'localhost:80:80', 'evil@localhost']) {
      expect([host, await statusAt(wall, host)]).toEqual([host, 421]);
    }
  });

  it('of another site is refused before anything is done, on every path, with a problem', async () => {
    const wall = await openWall();
    const headers = { host: 'evil.example' };
    const made = await wall.ask('POST', '/v1/identity', { body: { name: 'Eve', passphrase: 'secret' }, headers });
    expect(made.body).toMatchObject({ type: '/problems/misdirected-request', status: 421 });
    expect(made.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
    });
    expect(wall.wall().context.people.size).toBe(0);
    for (const path of ['/metrics', '/docs', '/nowhere']) {
      expect((await wall.ask('GET', path, { headers })).status).toBe(421);
    }
  });

  it('may be the address of the peer API, which is this phone, too', async () => {
    const wall = await openWall();
    const { address } = wall.wall().context.phone;
    expect(await statusAt(wall, `${address.slice(0, address.lastIndexOf(':'))}:8080`)).toBe(200);
  });

  it('may be any address, but no name, where the phone listens on all of its own', async () => {
    for (const all of ['0.0.0.0', '::']) {
      const wall = await openWallAt(all);
      for (const host of ['192.0.2.8:8080', '[2001:db8::8]']) expect(await statusAt(wall, host)).toBe(200);
      for (const host of ['evil.example', '192.0.2.8.evil.example', '1.2.3']) {
        expect(await statusAt(wall, host)).toBe(421);
      }
    }
  });

  it('may be anything where its owner says so', async () => {
    expect(await statusAt(await openWallAt('*'), 'anything.example')).toBe(200);
  });
});

describe('the settings of hosts', () => {
  const read = (values: Readonly<Record<string, string>>) => {
    const environment = new EnvironmentReader(values);
    const { hosts } = readWallApiSettings(environment).settings;
    environment.check();
    return hosts;
  };

  it('are the names given and the one advertised', () => {
    expect(read({})).toEqual([]);
    expect(read({ RINGWALL_API_HOSTS: 'a.example, [2001:db8::1],', RINGWALL_ADVERTISE: 'b.example:7400' })).toEqual([
      'a.example',
      '[2001:db8::1]',
      'b.example',
    ]);
    expect(read({ RINGWALL_API_HOSTS: '*', RINGWALL_ADVERTISE: 'b.example' })).toEqual(['*', 'b.example']);
  });

  it.each(['a.example:80', 'http://a.example', '2001:db8::1', 'a b', '[x]'])('cannot be %j', (host) => {
    expect(() => read({ RINGWALL_API_HOSTS: host })).toThrow(/RINGWALL_API_HOSTS must list names/);
  });
});

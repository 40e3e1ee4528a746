/** docker-compose.yml, as far as a reader of YAML can tell: it is tested on an engine in test/containers. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PHONE_VARIABLES } from '../../../services/phone-node/environment.ts';
import { exists, textOf } from '../house/source.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: unknown;
  readonly volumes?: readonly (string | { readonly type: string; readonly target: string })[];
}

const { services } = parse(textOf('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('${RINGWALL_IMAGE'));

test('our programs have no rights and nothing to write to but their data', () => {
  expect(ours.length).toBeGreaterThan(6);
  for (const [name, service] of ours) {
    expect.soft(service.read_only, name).toBe(true);
    expect.soft(service.cap_drop, name).toEqual(['ALL']);
    expect.soft(service.security_opt, name).toEqual(['no-new-privileges:true']);
  }
});

test('commands name programs that the image has', () => {
  const bundled = textOf('containers/bundle.ts');
  const programs = ours.flatMap(([, { command }]) => (command === undefined ? [] : [command[0]!]));
  expect(programs.length).toBeGreaterThan(6);
  for (const program of programs) {
    const source = program.replace(/\.js$/, '.ts');
    expect.soft(exists(source), source).toBe(true);
    expect.soft(bundled).toContain(`'${source}'`);
  }
});

test('phones publish no ports, start no process to say that they are well, and are told what they know', () => {
  const { ports, healthcheck, environment } = services['phone']!;
  expect({ ports, healthcheck }).toEqual({});
  const known = new Set(PHONE_VARIABLES.map(({ name }) => name));
  expect(Object.keys(environment!).filter((name) => !known.has(name))).toEqual([]);
});

test('only the gateway is published to other machines', () => {
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
  const open = published.filter(([, port]) => !port!.startsWith('127.0.0.1:')).map(([name]) => name);
  expect(open).toEqual(['gateway']);
});

test('every profile has its services, and who watches is there unless another profile is chosen', () => {
  const profiles = Object.values(services).flatMap((service) => service.profiles ?? []);
  expect([...new Set(profiles)].toSorted()).toEqual(['observability', 'split']);
  expect(textOf('.env')).toMatch(/^COMPOSE_PROFILES=observability$/m);
});

test('what it mounts of this repository is there', () => {
  const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.flatMap((volume) => (typeof volume === 'string' && volume.startsWith('./') ? [volume.split(':')[0]!] : [])),
  );
  expect(mounted.length).toBe(3);
  expect(mounted.filter((path) => !exists(path))).toEqual([]);
});

test('only the lab has the socket of the engine, in a file of its own, and no rights and no ports beside it', () => {
  const { services: more } = parse(textOf('docker-compose.lab.yml')) as { services: Record<string, Service> };
  const withSocket = (all: Record<string, Service>): string[] =>
    Object.keys(all).filter((name) => JSON.stringify(all[name]!.volumes ?? []).includes('docker.sock'));
  expect([withSocket(services), withSocket(more)]).toEqual([[], ['lab']]);
  const { ports, read_only, cap_drop, security_opt, command } = more['lab']!;
  expect({ ports, read_only, cap_drop, security_opt }).toEqual({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  expect(textOf('containers/bundle.ts')).toContain(`'${command![0]!.replace(/\.js$/, '.ts')}'`);
  const known = new Set(PHONE_VARIABLES.map(({ name }) => name));
  expect(Object.keys(more['phone']!.environment!).filter((name) => !known.has(name))).toEqual([]);
});

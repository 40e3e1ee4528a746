/**
 * Puts people and posts on a testnet in containers through its gateway, once all phones are there, and says where to
 * look; runs once. Started again it goes on where it was: people and posts are the same for the same seed.
 */
import { lookup } from 'node:dns/promises';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ConfigurationError,
  EnvironmentReader,
  EXIT_CONFIGURATION,
} from '../services/shared/runtime/program/environment.ts';
import { populate } from '../testnet/people/people.ts';
import { TestnetError } from '../testnet/testnet-error.ts';

interface Settings {
  /** Base URL of the gateway from here. */
  readonly gateway: string;
  readonly seed: number;
  readonly folder: string;
  /** Base URLs as a person reaches them. */
  readonly door: string;
  readonly grafana: string;
  readonly prometheus: string;
}

interface ListedPhone {
  readonly n: number;
  readonly state: string;
}

const POLL_MS = 1_000;
/** So many equal looks in a row, and nobody is expected to come any more. */
const QUIET_LOOKS = 5;
const PATIENCE_MS = 600_000;
const ATTEMPTS = 6;
const PAUSE_MS = 5_000;
const MAX_SEED = 2 ** 32 - 1;

try {
  const settings = readSettings();
  const phones = await waitForPhones(settings.gateway);
  await populateAtLast(settings, phones);
  console.log(await whereToLook(settings, phones));
} catch (error) {
  if (!(error instanceof ConfigurationError) && !(error instanceof TestnetError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
}

function readSettings(): Settings {
  const environment = new EnvironmentReader(process.env);
  const settings = {
    gateway: environment.text('RINGWALL_PEOPLE_GATEWAY', 'http://gateway:8080'),
    seed: environment.integer('RINGWALL_PEOPLE_SEED', 1, 0, MAX_SEED),
    folder: environment.text('RINGWALL_DATA'),
    door: environment.text('RINGWALL_PEOPLE_DOOR', 'http://localhost:8080'),
    grafana: environment.text('RINGWALL_PEOPLE_GRAFANA', 'http://localhost:3000'),
    prometheus: environment.text('RINGWALL_PEOPLE_PROMETHEUS', 'http://localhost:9090'),
  };
  environment.check();
  return settings;
}

/** A machine that has just started a fleet is busy: what takes too long is taken up again where it was. */
async function populateAtLast(settings: Settings, phones: readonly ListedPhone[]): Promise<void> {
  const apis = phones.map(({ n }) => `${settings.gateway}/phones/${n}`);
  let told = '';
  const onProgress = (step: string): void => {
    const stage = step.replace(/:.*/, '');
    if (stage !== told) console.log(`${stage} …`);
    told = stage;
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await populate({ seed: settings.seed, apis, dataDir: settings.folder, onProgress });
      return;
    } catch (error) {
      if (!(error instanceof TestnetError) || attempt === ATTEMPTS) throw error;
      console.log(`${error.message}; trying again`);
      await pause(PAUSE_MS);
    }
  }
}

/** Resolves with the phones that live, once nobody else has come for some seconds. */
async function waitForPhones(gateway: string): Promise<readonly ListedPhone[]> {
  const deadline = performance.now() + PATIENCE_MS;
  let before = '';
  let quiet = 0;
  for (;;) {
    const phones = await listPhones(gateway);
    const now = phones.map(({ n, state }) => `${n} ${state}`).join();
    const alive = phones.filter(({ state }) => state === 'alive');
    const isComplete = alive.length > 0 && phones.every(({ state }) => state !== 'joining');
    quiet = isComplete && now === before ? quiet + 1 : 0;
    before = now;
    if (quiet >= QUIET_LOOKS) return alive;
    if (performance.now() > deadline)
      throw new TestnetError(`no phones that are all up, at ${gateway}/v1/phones: ${now}`);
    await pause(POLL_MS);
  }
}

/** None while the gateway is not up. */
async function listPhones(gateway: string): Promise<readonly ListedPhone[]> {
  try {
    const response = await fetch(`${gateway}/v1/phones`, { signal: AbortSignal.timeout(5 * POLL_MS) });
    return response.ok ? ((await response.json()) as { items: ListedPhone[] }).items : [];
  } catch {
    return [];
  }
}

/** What is not run has no name on this network. */
async function isRun(service: string): Promise<boolean> {
  return await lookup(service).then(
    () => true,
    () => false,
  );
}

async function whereToLook({ door, grafana, prometheus }: Settings, phones: readonly ListedPhone[]): Promise<string> {
  const lines = [
    `${phones.length} phones are up, with people and posts on them. Look around:`,
    `  all phones       ${door}/`,
    `  a person's wall  ${door}/phones/${phones[0]!.n}/`,
    `  its API          ${door}/phones/${phones[0]!.n}/docs`,
    ...((await isRun('grafana')) ? [`  boards           ${grafana}/`] : []),
    ...((await isRun('prometheus')) ? [`  Prometheus       ${prometheus}/`] : []),
  ];
  return lines.join('\n');
}

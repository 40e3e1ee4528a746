/** `start`: brings a testnet up, prints where everything is and runs until it is told to end. */
import { access, constants, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomically } from '../../services/shared/runtime/atomic-file.ts';
import { ControlServer } from '../control/control-server.ts';
import { Interruption } from '../interruption.ts';
import { NpmWatch } from '../npm-watch.ts';
import { performer } from '../perform.ts';
import { GatewayProcess } from '../phones/gateway-process.ts';
import { expectFreeForGateway, HIGHEST_BASE_PORT } from '../phones/ports.ts';
import { prepare } from '../preparation.ts';
import { Progress } from '../progress.ts';
import { Testnet } from '../testnet.ts';
import { TestnetError } from '../testnet-error.ts';
import { DEFAULT_PHONES, DEFAULT_REPLICATION, MAX_PHONES } from '../testnet-options.ts';
import { welcome } from '../welcome.ts';
import { DEFAULT_DATA, wholeNumber } from './options.ts';

interface StartOptions {
  readonly phones?: number;
  readonly seed?: number;
  readonly data: string;
  readonly port?: number;
  readonly readyFile?: string;
  readonly replication?: number;
  readonly people: boolean;
}

const MAX_SEED = 2 ** 32 - 1;
const MAX_REPLICATION = 32;

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('run a testnet: every phone a process of its own on this machine')
    .option(
      '--phones <n>',
      `how many phones (default: as many as there were, or ${DEFAULT_PHONES})`,
      wholeNumber(1, MAX_PHONES),
    )
    .option('--seed <n>', 'chooses who befriends whom and posts what where (default: 1)', wholeNumber(0, MAX_SEED))
    .option('--data <dir>', 'where everything is kept; a second start continues there', DEFAULT_DATA)
    .option(
      '--port <base>',
      'the gateway listens on base, phone n on base + n and base + 1000 + n (default: free ports)',
      wholeNumber(1024, HIGHEST_BASE_PORT),
    )
    .option('--ready-file <file>', 'write where the phones are, as JSON, once the ring is whole')
    .option(
      '--replication <n>',
      `phones that keep each record (default: ${DEFAULT_REPLICATION})`,
      wholeNumber(1, MAX_REPLICATION),
    )
    .option('--no-people', 'start with an empty wall')
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const readyFile = options.readyFile === undefined ? undefined : resolve(options.readyFile);
  if (readyFile !== undefined) await clearReadyFile(readyFile);
  const progress = new Progress(process.stdout);
  using interruption = new Interruption(process);
  using _npm = new NpmWatch(() => interruption.interrupt('npm is gone'));
  const began = performance.now();
  if (options.port !== undefined) await expectFreeForGateway(options.port);
  const environment = await prepare((step) => progress.step(step), interruption.signal);
  await using net = await Testnet.start({
    phones: options.phones,
    seed: options.seed,
    dataDir: options.data,
    basePort: options.port,
    replication: options.replication,
    people: options.people,
    environment,
    signal: interruption.signal,
    onProgress: (step) => progress.step(step),
    onCrash: (phone, how) =>
      progress.line(
        `phone ${phone.n} ended by itself (${how}): its log is ${phone.log.path}; restart ${phone.n} brings it back`,
      ),
  });
  interruption.onHurry = () => void Promise.all(net.phones.map((phone) => phone.kill()));
  const perform = performer(net, () => interruption.interrupt('down'));
  await using _control = await ControlServer.start(net.dataDir, perform);
  await using gateway = await GatewayProcess.start({
    ...{ net, perform, environment, port: options.port, signal: interruption.signal },
    onCrash: (how) => progress.line(`the gateway ended by itself (${how}): its log is ${net.dataDir}/gateway.log`),
  });
  if (readyFile !== undefined) await writeReadyFile(readyFile, net, gateway.url);
  progress.clear();
  console.log(await welcome(net, gateway.url, (performance.now() - began) / 1000));
  const reason = await interruption.interrupted;
  progress.line(`${reason}: ending ${net.phones.filter((phone) => phone.pid !== undefined).length} phones`);
  if (readyFile !== undefined) await rm(readyFile, { force: true });
}

/** A file of an earlier testnet must not be taken for this one's. */
async function clearReadyFile(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
    await rm(path, { force: true });
  } catch {
    throw new TestnetError(`${path} cannot be written: name another --ready-file`);
  }
}

async function writeReadyFile(path: string, net: Testnet, gateway: string): Promise<void> {
  const phones = net.phones.map(({ n, id, api, peer, pid }) => ({ n, id, api, peer, pid }));
  await writeFileAtomically(path, `${JSON.stringify({ phones, gateway, adminToken: net.adminToken })}\n`);
}

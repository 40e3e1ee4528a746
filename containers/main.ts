/** `npm run containers`: docker compose with a look beforehand whether it can work, here and now. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_CONFIGURATION } from '../services/shared/runtime/environment.ts';
import { buildImage, isThere, prometheusImage } from './image.ts';
import { faultsOf, inspectMachine } from './preconditions.ts';
import { ProgramError, run, succeeds } from './program.ts';

const PROFILES = ['minimal', 'observability', 'split'] as const;
/** A bridge of the kernel has 1023 ports. */
const MOST_PHONES = 1000;
const GRAFANA = 'grafana/grafana:12.1.0';
const WATCHERS = ['prometheus', 'grafana'];

interface UpOptions {
  readonly phones: number;
  readonly profile: (typeof PROFILES)[number];
  readonly port: number;
  readonly prometheusPort: number;
  readonly grafanaPort: number;
  readonly seed: number;
  readonly keep?: true;
}

const program = new Command('containers').description('The testnet in containers (docker-compose.yml).');

program
  .command('up')
  .description('build the image, start phones, gateway and who watches them, and say where to look')
  .option('--phones <n>', 'how many phones', wholeNumber(1, MOST_PHONES), 12)
  .addOption(
    new Option('--profile <name>', 'minimal: nobody watches; split: one more phone, in four containers')
      .choices(PROFILES)
      .default('observability'),
  )
  .option('--port <n>', 'of the gateway', wholeNumber(1, 65_535), 8080)
  .option('--prometheus-port <n>', 'of Prometheus', wholeNumber(1, 65_535), 9090)
  .option('--grafana-port <n>', 'of Grafana', wholeNumber(1, 65_535), 3000)
  .option('--seed <n>', 'chooses the people and what they post', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--keep', "keep phones' data in volumes")
  .action(up);

program
  .command('down')
  .description('end it; phones leave the ring, and what they kept in volumes stays')
  .option('--volumes', 'remove that, too')
  .action(async ({ volumes }: { volumes?: true }) => {
    await compose(['down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])], PROFILES, {}, true);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof ProgramError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function up(options: UpOptions): Promise<void> {
  const { phones, profile } = options;
  const isWatched = profile === 'observability';
  const ports = new Map([
    ['the gateway (--port)', options.port],
    ...(isWatched
      ? ([
          ['Prometheus (--prometheus-port)', options.prometheusPort],
          ['Grafana (--grafana-port)', options.grafanaPort],
        ] as const)
      : []),
  ]);
  const isOurs = await run('docker', ['compose', 'ps', '--quiet', 'gateway']).then(
    (id) => id.trim() !== '',
    () => false,
  );
  const faults = faultsOf({ phones, ports }, await inspectMachine({ phones, ports }, isOurs));
  if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exitCode = EXIT_CONFIGURATION;
    return;
  }
  await buildImage({ onProgress: say });
  const { environment, left } = isWatched ? await findWatchers() : { environment: {}, left: WATCHERS };
  const settings = { ...environment, ...settingsOf(options) };
  const services = (await compose(['config', '--services'], [profile], settings)).trim().split('\n');
  const started = services.filter((service) => !left.includes(service));
  await compose(['up', '--detach', '--no-build', '--scale', `phone=${phones}`, ...started], [profile], settings, true);
  // It ends when the people are there and it has said where to look.
  await compose(['logs', '--follow', '--no-log-prefix', 'tune', 'people'], [profile], settings, true);
  const code = (await compose(['ps', '--all', '--format', '{{.ExitCode}}', 'people'], [profile], settings)).trim();
  if (code !== '0') throw new ProgramError(`the people could not be put on the phones: exit code ${code}`);
}

function settingsOf({ port, prometheusPort, grafanaPort, seed, keep }: UpOptions): Record<string, string> {
  return {
    RINGWALL_PORT: String(port),
    RINGWALL_PROMETHEUS_PORT: String(prometheusPort),
    RINGWALL_GRAFANA_PORT: String(grafanaPort),
    RINGWALL_SEED: String(seed),
    ...(keep ? { RINGWALL_DATA_MOUNT: 'volume' } : {}),
  };
}

/** The images of who watches, and the services that must be left out for there is none. */
async function findWatchers(): Promise<{ environment: Record<string, string>; left: readonly string[] }> {
  const environment = { PROMETHEUS_IMAGE: await prometheusImage(say) };
  const { GRAFANA_IMAGE = GRAFANA } = process.env;
  if ((await isThere(GRAFANA_IMAGE)) || (await succeeds('docker', ['pull', '--quiet', GRAFANA_IMAGE]))) {
    return { environment, left: [] };
  }
  say(`${GRAFANA_IMAGE} is not here and cannot be pulled: there will be no boards; GRAFANA_IMAGE names another one`);
  return { environment, left: ['grafana'] };
}

async function compose(
  parameters: readonly string[],
  profiles: readonly string[],
  environment: Readonly<Record<string, string>>,
  shown = false,
): Promise<string> {
  const chosen = profiles.flatMap((profile) => ['--profile', profile]);
  return await run('docker', ['compose', ...chosen, ...parameters], { environment, shown });
}

function say(step: string): void {
  console.error(`· ${step}`);
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

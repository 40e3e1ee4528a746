/** `npm run containers`: docker compose with a look beforehand whether it can work, here and now. */
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_CONFIGURATION } from '../services/shared/runtime/program/environment.ts';
import { buildImage, isThere, prometheusImage } from './image.ts';
import { faultsOf, inspectMachine } from './preconditions.ts';
import { ProgramError, run, succeeds } from './program.ts';

const PROFILES = ['minimal', 'observability', 'split'] as const;
/** A bridge of the kernel has 1023 ports. */
const MOST_PHONES = 1000;
const GRAFANA = 'grafana/grafana:12.1.0';
const FILES_WITH_LAB = ['docker-compose.yml', 'docker-compose.lab.yml'];
const TOKEN_BYTES = 18;
const WATCHERS = ['prometheus', 'grafana'];

interface UpOptions {
  readonly phones: number;
  readonly profile: (typeof PROFILES)[number];
  readonly port: number;
  readonly prometheusPort: number;
  readonly grafanaPort: number;
  readonly seed: number;
  readonly keep?: true;
  readonly lab?: true;
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
  .option(
    '--lab',
    "switch the console's churn lab on: one container gets the engine's socket, which is as much as root",
  )
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
  const settings: Record<string, string> = { ...environment, ...settingsOf(options) };
  const wrong = await wrongSettings(profile, settings);
  if (wrong !== '') {
    console.error(wrong);
    process.exitCode = EXIT_CONFIGURATION;
    return;
  }
  const services = (await compose(['config', '--services'], [profile], settings)).trim().split('\n');
  const started = services.filter((service) => !left.includes(service));
  await compose(['up', '--detach', '--no-build', '--scale', `phone=${phones}`, ...started], [profile], settings, true);
  // It ends when the people are there and it has said where to look.
  await compose(['logs', '--follow', '--no-log-prefix', 'tune', 'people'], [profile], settings, true);
  const code = (await compose(['ps', '--all', '--format', '{{.ExitCode}}', 'people'], [profile], settings)).trim();
  if (code !== '0') throw new ProgramError(`the people could not be put on the phones: exit code ${code}`);
  if (options.lab)
    console.log(
      `  the churn lab    http://localhost:${options.port}/console#token=${settings['RINGWALL_ADMIN_TOKEN']}`,
    );
}

/** What the phones would say of their settings; empty when nothing is wrong with them. */
async function wrongSettings(profile: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const config = JSON.parse(await compose(['config', '--format', 'json'], [profile], settings)) as {
    services: { phone: { image: string; environment: Record<string, string> } };
  };
  const { image, environment } = config.services.phone;
  const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const parameters = ['run', '--rm', '--read-only', '--network', 'none', ...variables, image];
  return await run('docker', [...parameters, 'services/phone-node/main.js', '--check']).then(
    () => '',
    (error: ProgramError) => error.message.split('\n').slice(1).join('\n'),
  );
}

function settingsOf(options: UpOptions): Record<string, string> {
  const { port, prometheusPort, grafanaPort, seed, keep, lab } = options;
  const { RINGWALL_ADMIN_TOKEN = randomBytes(TOKEN_BYTES).toString('base64url') } = process.env;
  return {
    ...(lab ? { COMPOSE_FILE: FILES_WITH_LAB.join(':'), RINGWALL_ADMIN_TOKEN } : {}),
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

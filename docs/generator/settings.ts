/** docs/reference/settings.md: the environment variables of a phone, of its services alone, and of a gateway. */
import { ALONE_VARIABLES as CAN_INDEX_VARIABLES } from '../../services/can-index/environment.ts';
import { ALONE_VARIABLES as CHORD_ROUTER_VARIABLES } from '../../services/chord-router/environment.ts';
import { ALONE_VARIABLES as EMBEDDER_VARIABLES } from '../../services/embedder/environment.ts';
import { GATEWAY_VARIABLES } from '../../services/gateway/environment.ts';
import { PHONE_VARIABLES } from '../../services/phone-node/environment.ts';
import { PROCESS_VARIABLES } from '../../services/shared/runtime/program/process-settings.ts';
import type { Variable } from '../../services/shared/runtime/program/usage.ts';
import { ALONE_VARIABLES as WALL_API_VARIABLES } from '../../services/wall-api/environment.ts';
import { generatedHeading, markdownTable } from './markdown.ts';

const SERVICES = {
  'chord-router': CHORD_ROUTER_VARIABLES,
  embedder: EMBEDDER_VARIABLES,
  'can-index': CAN_INDEX_VARIABLES,
  'wall-api': WALL_API_VARIABLES,
} as const;

export function settingsReference(): string {
  return `${generatedHeading('Settings', "the services' `environment.ts`")}

A phone is set up by environment variables alone; \`npm run phone -- --help\` prints the same. A wrong environment is
refused with all its faults at once and exit code 78.

${variablesTable(PHONE_VARIABLES)}

## A service alone

Each service of a phone can be a process of its own (\`services/SERVICE/main.ts\`), so that they start, stop and are watched one
by one. It takes those of the variables above that are about it, and:

${Object.entries(SERVICES).map(aloneSection).join('\n\n')}

## A gateway

${variablesTable(GATEWAY_VARIABLES.filter((variable) => !PROCESS_VARIABLES.includes(variable)))}

And ${PROCESS_VARIABLES.map(({ name }) => `\`${name}\``).join(' and ')}, as of a phone.
`;
}

/** Those that a phone does not have, or means otherwise. */
function aloneSection([service, variables]: [string, readonly Variable[]]): string {
  const others = variables.filter(
    ({ name, meaning, fallback }) =>
      !PHONE_VARIABLES.some((of) => of.name === name && of.meaning === meaning && of.fallback === fallback),
  );
  return `### ${service}\n\n${variablesTable(others)}`;
}

function variablesTable(variables: readonly Variable[]): string {
  const rows = variables.map(({ name, meaning, fallback }) => [`\`${name}\``, meaning, fallback]);
  return markdownTable(['variable', 'meaning', 'default'], rows);
}

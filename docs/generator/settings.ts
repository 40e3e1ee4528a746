/** docs/reference/settings.md: the environment variables of a phone, and of a gateway. */
import { GATEWAY_VARIABLES } from '../../services/gateway/environment.ts';
import { PHONE_VARIABLES } from '../../services/phone-node/environment.ts';
import { PROCESS_VARIABLES } from '../../services/shared/runtime/process-settings.ts';
import type { Variable } from '../../services/shared/runtime/usage.ts';
import { generatedHeading, markdownTable } from './markdown.ts';

export function settingsReference(): string {
  return `${generatedHeading('Settings', "the services' `environment.ts`")}

A phone is set up by environment variables alone; \`npm run phone -- --help\` prints the same. A wrong environment is
refused with all its faults at once and exit code 78.

${variablesTable(PHONE_VARIABLES)}

## A gateway

${variablesTable(GATEWAY_VARIABLES.filter((variable) => !PROCESS_VARIABLES.includes(variable)))}

And ${PROCESS_VARIABLES.map(({ name }) => `\`${name}\``).join(' and ')}, as of a phone.
`;
}

function variablesTable(variables: readonly Variable[]): string {
  const rows = variables.map(({ name, meaning, fallback }) => [`\`${name}\``, meaning, fallback]);
  return markdownTable(['variable', 'meaning', 'default'], rows);
}

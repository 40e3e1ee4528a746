/** docs/reference/settings.md: the environment variables of a phone and of its services run apart. */
import { PHONE_VARIABLES } from '../../services/phone-node/environment.ts';
import { generatedHeading, markdownTable } from './markdown.ts';

export function settingsReference(): string {
  const rows = PHONE_VARIABLES.map(({ name, meaning, fallback }) => [`\`${name}\``, meaning, fallback]);
  return `${generatedHeading('Settings', "the services' `environment.ts`")}

A phone is set up by environment variables alone; \`npm run phone -- --help\` prints the same. A wrong environment is
refused with all its faults at once and exit code 78.

${markdownTable(['variable', 'meaning', 'default'], rows)}
`;
}

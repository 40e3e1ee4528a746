/** `login`: a session at a phone, proved without sending the passphrase. */
import type { Command } from 'commander';
import { parseId } from '../../services/shared/core/id.ts';
import { LoginError, logInAt } from '../../services/wall-api/client/node-login.ts';
import { readPeople, type TestnetPerson } from '../people/people.ts';
import { TestnetError } from '../testnet-error.ts';
import { type SharedOptions, withSharedOptions } from './options.ts';

interface LoginOptions extends SharedOptions {
  readonly api?: string;
  readonly passphrase?: string;
}

type Credentials = Pick<TestnetPerson, 'id' | 'api' | 'passphrase'>;

export function addLoginCommand(program: Command): void {
  withSharedOptions(program.command('login'))
    .description(
      'log in as one of the invented people, or as anybody whose passphrase you know; without a name, list them',
    )
    .argument('[who]', 'a name, or the id of a person')
    .option('--api <url>', 'the phone to log in at (default: the one that keeps their keys)')
    .option('--passphrase <text>', 'their passphrase (default: that of the invented person)')
    .action(login);
}

async function login(who: string | undefined, options: LoginOptions): Promise<void> {
  const people = await readPeople(options.data);
  if (who === undefined) {
    console.log(
      options.json
        ? JSON.stringify({ people })
        : people.map(({ name, id, api }) => `${name}  ${id}  ${api}`).join('\n'),
    );
    return;
  }
  const { id, api, passphrase } = credentialsOf(who, people, options);
  const session = await openSession(api, id, passphrase);
  if (options.json) console.log(JSON.stringify({ person: id, api, ...session }));
  else console.log(`TOKEN=${session.token}\n\ncurl -s ${api}/v1/notifications -H "authorization: Bearer $TOKEN"`);
}

function credentialsOf(who: string, people: readonly TestnetPerson[], options: LoginOptions): Credentials {
  const known = people.find(({ name, id }) => name.toLowerCase() === who.toLowerCase() || id === who);
  const id = known?.id ?? who;
  const api = options.api?.replace(/\/+$/, '') ?? known?.api;
  const passphrase = options.passphrase ?? known?.passphrase;
  if (parseId(id) === undefined) {
    throw new TestnetError(`nobody here is called ${who}: \`npm run testnet -- login\` lists the invented people`);
  }
  if (api === undefined || passphrase === undefined) {
    throw new TestnetError(`${who} is none of the invented people: give --api and --passphrase`);
  }
  return { id, api, passphrase };
}

async function openSession(api: string, id: string, passphrase: string): Promise<{ token: string; expiresAt: string }> {
  try {
    return await logInAt(api, parseId(id)!, passphrase);
  } catch (error) {
    if (error instanceof LoginError) throw new TestnetError(`${api} refused the login: ${error.message}`);
    if (error instanceof TypeError)
      throw new TestnetError(
        `no phone answers at ${api}: \`npm start\` starts all, \`npm run testnet -- restart N\` one that was killed`,
      );
    throw error;
  }
}

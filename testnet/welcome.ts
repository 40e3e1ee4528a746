/** What the start of a testnet prints: where everything is, and lines to paste. */
import { readPeople } from './people/people.ts';
import { table } from './table.ts';
import type { Testnet } from './testnet.ts';

export async function welcome(net: Testnet, gateway: string, seconds: number): Promise<string> {
  const { phones } = net;
  const people = await readPeople(net.dataDir);
  const rows = phones.map(({ n, api, id }) => [n, api, `${api}/docs`, `${api}/metrics`, id ?? null]);
  const crowd = people.length === 0 ? 'nobody is on it yet' : `${people.length} people are on it`;
  const writer = phones[0]!.api;
  const reader = phones.at(-1)!.api;
  return `
Open in a browser:

  the wall of phone ${phones[0]!.n}    ${writer}
  the network            ${gateway}/console#token=${net.adminToken}
                         (the token lets whoever has it use the churn lab)

${table(['phone', 'API', 'docs', 'metrics', 'id'], rows)}

A ring of ${phones.length} ${phones.length === 1 ? 'phone' : 'phones'} is up after ${seconds.toFixed(1)} s, and ${crowd}. State: ${net.dataDir}

Sign up on phone ${phones[0]!.n} and post:

  TOKEN=$(curl -s ${writer}/v1/identity -H 'content-type: application/json' \\
    -d '{"name":"You","passphrase":"correct horse battery staple"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -s ${writer}/v1/posts -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" \\
    -d '{"text":"Hello, ring!","audience":"public"}'

Read on phone ${phones.at(-1)!.n} what is new:

  curl -s '${reader}/v1/feed?strategy=recent'

From a second terminal:

  npm run testnet -- status          how every phone is
  npm run testnet -- kill 3          kill -9; \`restart 3\` brings it back, \`stop 3\` lets it leave gracefully
  npm run testnet -- join 2          two more phones
  npm run testnet -- churn --rate 6 --for 60
  npm run testnet -- down            end all of it (so does Ctrl-C here)
`;
}

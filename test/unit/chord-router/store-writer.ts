/** Writes records until it is killed, telling its parent each acknowledged one: see store.test.ts. */
import { SqliteStore } from '../../../services/chord-router/adapters/store/sqlite-store.ts';
import { Author, crypto } from '../shared/author.ts';

const author = new Author(1);
const store = new SqliteStore({ path: process.argv[2]!, crypto });
const quota = { authorBytes: 1e9, totalBytes: 1e9 };

function writeNext(number: number): void {
  const record = author.post(`post ${number}`.repeat(1 + (number % 50)));
  store.perform({ type: 'write', records: [record], quota }, (outcome) => {
    if (outcome.ok) process.send!(record.hash);
    writeNext(number + 8);
  });
}

for (let i = 0; i < 8; i++) writeNext(i);

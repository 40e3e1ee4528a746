/** What a testnet in containers says before it starts where it could not work. */
import { expect, test } from 'vitest';
import { faultsOf, type Machine } from '../../../containers/preconditions.ts';

const good: Machine = { engineFault: undefined, compose: '2.26.1-4', availableBytes: 24 * 2 ** 30, taken: [] };
const wanted = { phones: 12, ports: new Map([['the gateway (--port)', 8080]]) };

test('nothing where all is well, or where nobody tells of the memory', () => {
  expect(faultsOf(wanted, good)).toEqual([]);
  expect(faultsOf({ ...wanted, phones: 1000 }, { ...good, compose: 'v5.0.0', availableBytes: undefined })).toEqual([]);
});

test('one line where there is no engine, whatever else there is not', () => {
  const engineFault = 'no container engine can be used';
  expect(faultsOf(wanted, { ...good, engineFault, compose: undefined, taken: [8080] })).toEqual([engineFault]);
});

test('every other fault at once', () => {
  const faults = faultsOf(
    { ...wanted, phones: 200 },
    { ...good, compose: '1.29.2', availableBytes: 2 ** 31, taken: [8080] },
  );
  expect(faults).toEqual([
    expect.stringMatching(/^Docker Compose 2 or newer is needed, and this is 1\.29\.2: /),
    'port 8080 for the gateway (--port) is taken: end what has it, or choose another one',
    expect.stringMatching(
      /^200 phones need about 10368 MB of memory, and 2048 MB are free: .* start at most 26 phones$/,
    ),
  ]);
});

test('a machine without room for a single phone is not told to start none', () => {
  expect(faultsOf(wanted, { ...good, availableBytes: 2 ** 28 })).toEqual([expect.stringMatching(/: free some$/)]);
});

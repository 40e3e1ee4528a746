/** The strict validator itself: a test that could not fail would prove nothing of the manifests. */
import { expect, test } from 'vitest';
import { faultsOfObject } from './strict-schema.ts';

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'phone', labels: { a: 'b' } },
  spec: { clusterIP: 'None', selector: { a: 'b' }, ports: [{ name: 'peer', port: 7400, targetPort: 'peer' }] },
};

test('takes an object that is in order', () => {
  expect(faultsOfObject(SERVICE)).toEqual([]);
});

test.each([
  ['at the top', { ...SERVICE, replicas: 3 }, ['unknown field /replicas']],
  ['in the middle', { ...SERVICE, spec: { ...SERVICE.spec, port: 1 } }, ['unknown field /spec/port']],
  [
    'in a list',
    { ...SERVICE, spec: { ...SERVICE.spec, ports: [{ port: 1, hostPort: 1 }] } },
    ['unknown field /spec/ports/0/hostPort'],
  ],
])('names a field that the schema does not know, %s', (_where, object, faults) => {
  expect(faultsOfObject(object)).toEqual(faults);
});

test.each([
  ['a wrong type', { ...SERVICE, spec: { ...SERVICE.spec, ports: [{ port: 'peer' }] } }, /\/spec\/ports\/0\/port/],
  ['a missing field', { ...SERVICE, spec: { ...SERVICE.spec, ports: [{ name: 'peer' }] } }, /port/],
  ['a kind without a schema', { ...SERVICE, kind: 'Servise' }, /no schema here of Servise in v1/],
])('names %s', (_what, object, fault) => {
  expect(faultsOfObject(object)).toEqual([expect.stringMatching(fault)]);
});

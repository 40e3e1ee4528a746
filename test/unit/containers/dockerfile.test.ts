/** The image starts phones as testnets of processes do, and its compile cache fits the way it starts them. */
import { expect, test } from 'vitest';
import { ALLOCATOR, NODE_FLAGS } from '../../../testnet/phones/phone-process.ts';
import { textOf } from '../house/source.ts';

const dockerfile = textOf('Dockerfile');

/** The arguments of an instruction in exec form. */
function execForm(instruction: string): string[] {
  const found = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1];
  return JSON.parse(found ?? '[]') as string[];
}

test('its entry point has the flags of a phone', () => {
  expect(execForm('ENTRYPOINT')).toEqual(['node', ...NODE_FLAGS]);
});

test('the compile cache is made with the flags of the entry point, by its user', () => {
  const entryPoint = execForm('ENTRYPOINT');
  expect(execForm('RUN').slice(0, entryPoint.length)).toEqual(entryPoint);
  expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('RUN ["node"'));
});

test('memory is allocated as in a testnet of processes', () => {
  const found = Object.keys(ALLOCATOR).map((name) => [name, new RegExp(`${name}=(\\S+)`).exec(dockerfile)?.[1]]);
  expect(Object.fromEntries(found)).toEqual(ALLOCATOR);
});

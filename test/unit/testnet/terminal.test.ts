/** What a person at the terminal sees, and how they end it. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Interruption } from '../../../testnet/interruption.ts';
import { Progress } from '../../../testnet/progress.ts';
import { table } from '../../../testnet/table.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function output(isTTY: boolean, columns = 20): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { stream, written };
}

describe('progress', () => {
  test('on a terminal is one line that changes and never wraps', () => {
    const { stream, written } = output(true);
    const progress = new Progress(stream);
    progress.step('one');
    progress.step('one');
    progress.step('a step with a name that is longer than the line');
    progress.line('a line that stays');
    expect(written).toEqual(['\r\u001b[2Kone', '\r\u001b[2Ka step with a name ', '\r\u001b[2K', 'a line that stays\n']);
  });

  test('a terminal that does not know its width has 80 columns', () => {
    const { stream, written } = output(true, 0);
    new Progress(stream).step('x'.repeat(100));
    expect(written).toEqual([`\r\u001b[2K${'x'.repeat(79)}`]);
  });

  test('elsewhere is a line a second at most', () => {
    const { stream, written } = output(false);
    const progress = new Progress(stream);
    progress.step('one');
    progress.step('two');
    vi.advanceTimersByTime(1_000);
    progress.step('three');
    progress.clear();
    expect(written).toEqual(['one\n', 'three\n']);
  });
});

describe('an interruption', () => {
  test('comes with a signal, once', async () => {
    const source = new EventEmitter() as unknown as NodeJS.Process;
    using interruption = new Interruption(source);
    let hurried = 0;
    interruption.onHurry = () => hurried++;
    expect(interruption.signal.aborted).toBe(false);
    source.emit('SIGTERM');
    expect(await interruption.interrupted).toBe('SIGTERM');
    source.emit('SIGINT');
    expect(hurried).toBe(0);
  });

  test('asked for again later means hurry', () => {
    const source = new EventEmitter() as unknown as NodeJS.Process;
    using interruption = new Interruption(source);
    let hurried = 0;
    interruption.onHurry = () => hurried++;
    source.emit('SIGINT');
    vi.advanceTimersByTime(1_500);
    source.emit('SIGINT');
    expect(hurried).toBe(1);
  });

  test('leaves the signals alone once it is over', () => {
    const source = new EventEmitter() as unknown as NodeJS.Process;
    new Interruption(source)[Symbol.dispose]();
    expect(source.eventNames()).toEqual([]);
  });
});

test('a table has numbers to the right, and a dash for nothing', () => {
  const rows = [
    [1, 'running', 12.5],
    [10, null, null],
  ];
  expect(table(['phone', 'state', 'CPU'], rows)).toBe(
    'phone  state     CPU\n    1  running  12.5\n   10  -           -',
  );
});

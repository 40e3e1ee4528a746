import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Program {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  /** Code, signal and what it wrote, once it has ended. */
  readonly ended: Promise<{ code: number | null; signal: string | null; output: string }>;
}

function start(behaviour: string): Program {
  const child = fork(join(import.meta.dirname, 'toy-program.ts'), [behaviour], {
    silent: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    child,
    ready: once(child, 'message').then(([message]) => message as unknown),
    // Not "close": Node forgets that event once the channel was disconnected.
    ended: Promise.all([once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')]).then(
      ([[code, signal]]) => ({ code, signal, output }),
    ),
  };
}

describe('a program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says it is ready and ends gracefully on %s', async (signal) => {
    const program = start('plain');
    expect(await program.ready).toEqual({ type: 'ready', id: 'toy' });
    program.child.kill(signal);
    expect(await program.ended).toEqual({ code: 0, signal: null, output: 'stopped\n' });
  });

  it('ends at once on a second signal', async () => {
    const program = start('hang');
    await program.ready;
    program.child.kill('SIGTERM');
    program.child.kill('SIGINT');
    expect([130, 143]).toContain((await program.ended).code);
  });

  it('does not hang longer than its deadline', async () => {
    const program = start('hang');
    await program.ready;
    program.child.kill('SIGTERM');
    expect((await program.ended).code).toBe(1);
  });

  it('ends gracefully though something stays open', async () => {
    const program = start('open');
    await program.ready;
    program.child.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null, output: 'stopped\n' });
  });

  it('pauses with its parent when told to', async () => {
    const program = start('follow-parent');
    await program.ready;
    program.child.disconnect();
    expect(await program.ended).toEqual({ code: 0, signal: null, output: 'paused\n' });
  });

  it('pauses when its parent says so', async () => {
    const program = start('follow-parent');
    await program.ready;
    program.child.send({ type: 'pause' });
    expect(await program.ended).toEqual({ code: 0, signal: null, output: 'paused\n' });
  });

  it('ends with its parent before it is up, too', async () => {
    const program = start('follow-parent-early');
    expect(await program.ready).toEqual({ type: 'starting' });
    program.child.disconnect();
    expect(await program.ended).toEqual({ code: 0, signal: null, output: '' });
  });

  it('outlives its parent otherwise', async () => {
    const program = start('plain');
    await program.ready;
    program.child.disconnect();
    program.child.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null, output: 'stopped\n' });
  });

  it('lists all faults of its configuration and exits with 78', async () => {
    expect(await start('misconfigured').ended).toEqual({
      code: 78,
      signal: null,
      output: 'A must be set\nB must be a number\n',
    });
  });

  it('exits with 1 when it cannot start, and when it crashes', async () => {
    const broken = await start('broken').ended;
    expect(broken.code).toBe(1);
    expect(broken.output).toContain('the port is taken');
    const crashed = await start('crash').ended;
    expect(crashed.code).toBe(1);
    expect(crashed.output).toContain('a defect');
  });
});

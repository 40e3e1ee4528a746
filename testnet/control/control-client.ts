/** Sends a command to the testnet that runs in a data folder. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { holderOf } from '../lock.ts';
import { TestnetError } from '../testnet-error.ts';
import { CONTROL_FILE, type Command, type CommandLine, type ControlAddress } from './control-protocol.ts';

/** Resolves with the command's result. Throws a TestnetError when no testnet runs there, or it refuses. */
export async function sendCommand<Result>(
  dataDir: string,
  command: Command,
  onProgress: (progress: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Result> {
  const { port, token } = await findControl(dataDir);
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(command),
    signal: signal ?? null,
  });
  for await (const line of linesOf(response)) {
    if ('progress' in line) onProgress(line.progress);
    else if ('error' in line) throw new TestnetError(line.error);
    else return line.result as Result;
  }
  throw new TestnetError('the testnet ended before it answered');
}

async function findControl(dataDir: string): Promise<ControlAddress> {
  const folder = resolve(dataDir);
  const pid = await holderOf(folder);
  if (pid === undefined) {
    throw new TestnetError(
      `no testnet runs in ${folder}: start one with \`npm start\`, or name its folder with --data`,
    );
  }
  try {
    return JSON.parse(await readFile(join(folder, CONTROL_FILE), 'utf8')) as ControlAddress;
  } catch {
    throw new TestnetError(`the testnet in ${folder} (process ${pid}) is not up yet: try again in a moment`);
  }
}

async function* linesOf(response: Response): AsyncGenerator<CommandLine> {
  let rest = '';
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield JSON.parse(line) as CommandLine;
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new TestnetError('the testnet ended before it answered');
  }
}

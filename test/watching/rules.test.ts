/** The rules of prometheus/ against series that somebody made up, by Prometheus' own tool. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { requireProgram } from './program.ts';

const FOLDER = join(import.meta.dirname, '../../prometheus');

async function promtool(...parameters: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(requireProgram('promtool'), parameters, { cwd: FOLDER, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null && once(child, 'exit'),
  ]);
  return { code: child.exitCode!, output: output + errors };
}

const filesIn = (folder: string): string[] => readdirSync(join(FOLDER, folder)).map((file) => `${folder}/${file}`);

describe('promtool', () => {
  it('takes the configuration and the rules', async () => {
    const { code, output } = await promtool('check', 'config', 'prometheus.yml');
    expect(code, output).toBe(0);
    expect(output).toContain(`SUCCESS: ${filesIn('rules').length} rule files found`);
    expect((await promtool('check', 'rules', '--lint-fatal', ...filesIn('rules'))).code).toBe(0);
  });

  it.each(filesIn('tests'))('finds that the alerts do what %s expects', async (file) => {
    const { code, output } = await promtool('test', 'rules', file);
    expect(code, output).toBe(0);
    expect(output).toContain('SUCCESS');
  });
});

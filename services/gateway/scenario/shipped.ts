/** The scenario files that the churn lab plays. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseScenario, type StageName } from '../../shared/scenario/file/parse-scenario.ts';
import { describeFault } from '../../shared/scenario/file/source.ts';
import { readBeside } from '../../shared/scenario/file/trace-file.ts';
import type { Scenario } from '../../shared/scenario/scenario.ts';

/** Those of this repository. */
export const SHIPPED_SCENARIOS: string = join(import.meta.dirname, '../../../scenarios');

export interface ReadOptions {
  /** What the phones are: files may say other things for each. */
  readonly stage: StageName;
  /** Told what is wrong with a file, a sentence each; the file is left out. */
  readonly onFault: (fault: string) => void;
}

/** All files of a folder and of those below it, the shortest first; none where there is no such folder. */
export async function readScenarios(folder: string, { stage, onFault }: ReadOptions): Promise<readonly Scenario[]> {
  const found = new Map<string, Scenario>();
  const names: string[] = [];
  for await (const name of glob('**/*.yaml', { cwd: folder })) names.push(name);
  for (const name of names.sort()) {
    const file = join(folder, name);
    const parsed = parseScenario(await readFile(file, 'utf8'), { file: name, stage, readTrace: readBeside(file) });
    if (!parsed.ok) {
      for (const fault of parsed.faults) onFault(describeFault(name, fault));
    } else if (found.has(parsed.scenario.name)) {
      onFault(`${name}: there is a scenario ${parsed.scenario.name} already`);
    } else {
      found.set(parsed.scenario.name, parsed.scenario);
    }
  }
  return [...found.values()].sort((a, b) => a.durationMs - b.durationMs || (a.name < b.name ? -1 : 1));
}

/**
 * What a bench has measured so far, in a file that grows run by run: one that is cut off goes on where it was, and what
 * it has measured is not lost.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemFigures } from './figures.ts';
import type { NetworkPlan } from './network-plan.ts';
import type { SystemName } from './system.ts';

/** Which run of which system in which network. */
export interface RunName {
  readonly plan: NetworkPlan;
  readonly system: SystemName;
  readonly run: number;
}

interface Line extends RunName {
  /** Versions of what was measured: those of other ones do not count. */
  readonly of: string;
  readonly figures: SystemFigures;
}

export class RunJournal {
  readonly #path: string | undefined;
  readonly #of: string;
  readonly #measured = new Map<string, SystemFigures>();

  /** `path`: undefined keeps all in memory. `resume`: goes on with what the file has, or else begins it anew. */
  constructor(path: string | undefined, versions: Readonly<Record<string, string>>, resume: boolean) {
    this.#path = path;
    this.#of = JSON.stringify(versions);
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    if (resume && existsSync(path)) this.#read(readFileSync(path, 'utf8'));
    else writeFileSync(path, '');
  }

  of(name: RunName): SystemFigures | undefined {
    return this.#measured.get(keyOf(name));
  }

  add(name: RunName, figures: SystemFigures): void {
    this.#measured.set(keyOf(name), figures);
    const { plan, system, run } = name;
    const line: Line = { of: this.#of, plan, system, run, figures };
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }

  #read(text: string): void {
    // What follows the last end of a line was cut off while it was written.
    for (const json of text.split('\n').slice(0, -1)) {
      const line = JSON.parse(json) as Line;
      if (line.of === this.#of) this.#measured.set(keyOf(line), line.figures);
    }
  }
}

function keyOf({ plan, system, run }: RunName): string {
  return JSON.stringify([plan, system, run]);
}

/** What ran: enough to run it again. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../services/shared/scenario/scenario.ts';

export interface Versions {
  readonly ringwall: string;
  readonly node: string;
  readonly platform: string;
  /** With `+` behind it when the work tree differs; undefined where there is no git. */
  readonly revision: string | undefined;
}

const ROOT = join(import.meta.dirname, '../..');

export function versionsHere(): Versions {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    ringwall: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    revision: revisionHere(),
  };
}

function revisionHere(): string | undefined {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return undefined;
  }
}

/** 12 hex digits over what the scenario says for a stage, however the file puts it. Equal hashes, equal questions. */
export function configHash(scenario: Scenario, stage: string): string {
  // JSON has no infinity: an open end is null.
  return createHash('sha256').update(JSON.stringify({ stage, scenario })).digest('hex').slice(0, 12);
}

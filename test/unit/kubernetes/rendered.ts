/** The objects of a kustomization, as `kubectl kustomize` renders them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const OVERLAYS = join(ROOT, 'k8s/overlays');

/** What renders here, as a command with its arguments; undefined where nothing does. */
const RENDERER: readonly string[] | undefined = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
].find(([command, verb]) => spawnSync(command!, [verb!, '--help'], { stdio: 'ignore' }).status === 0);

export const OVERLAY_NAMES: readonly string[] = readdirSync(OVERLAYS).sort();

/** Overlays that can be rendered here: all, or none. */
export const RENDERED_NAMES: readonly string[] = RENDERER === undefined ? [] : OVERLAY_NAMES;

if (RENDERER === undefined) {
  process.stderr.write('NOT RUN: k8s/ is not checked as a whole, for neither kubectl nor kustomize is on the path.\n');
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An object whose schema has been checked, or is about to be. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

export function renderOverlay(name: string): readonly KubernetesObject[] {
  const [command, ...verb] = RENDERER!;
  const text = execFileSync(command!, [...verb, join(OVERLAYS, name)], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return parseAllDocuments(text).map((document) => {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as KubernetesObject;
  });
}

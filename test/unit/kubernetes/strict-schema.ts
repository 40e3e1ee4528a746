/**
 * Strict validation of Kubernetes objects: what the API server's schema says of types, formats and required fields, and
 * that there is no field the schema does not know, which the API server would drop in silence.
 */
import { PodMonitor, PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Service } from 'kubernetes-models/v1';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: { validate(): void };
}

const KINDS: readonly Kind[] = [
  ...[ConfigMap, Namespace, Service, Deployment, StatefulSet, HorizontalPodAutoscaler],
  ...[Ingress, NetworkPolicy, PodDisruptionBudget, PodMonitor, PrometheusRule],
];

/** What is wrong with an object, a sentence each. */
export function faultsOfObject(object: unknown): readonly string[] {
  const { apiVersion, kind } = object as { readonly apiVersion?: unknown; readonly kind?: unknown };
  const model = KINDS.find((each) => each.apiVersion === apiVersion && each.kind === kind);
  if (model === undefined) return [`there is no schema here of ${String(kind)} in ${String(apiVersion)}`];
  const read = new Set<string>();
  try {
    // A validator looks at each field it knows, so a field that it never looks at is one that it does not know.
    model.prototype.validate.call(watched(object as object, '', read));
  } catch (error) {
    return [(error as Error).message];
  }
  return pathsOf(object, '')
    .filter((path) => !read.has(path))
    .map((path) => `unknown field ${path}`);
}

/** The value, noting the path of every field that somebody reads. */
function watched<T extends object>(value: T, path: string, read: Set<string>): T {
  return new Proxy(value, {
    get(target, key, receiver) {
      const field: unknown = Reflect.get(target, key, receiver);
      const fieldPath = `${path}/${String(key)}`;
      read.add(fieldPath);
      return typeof field === 'object' && field !== null ? watched(field, fieldPath, read) : field;
    },
  });
}

/** Paths of all fields of objects, however deep; parents come before what is in them, which an unknown parent hides. */
function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [`${path}/${key}`, ...pathsOf(field, `${path}/${key}`)]);
}

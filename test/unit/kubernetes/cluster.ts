/** Rendered objects as a cluster would see them: who selects whom, what a container's environment is. */
import type { IPodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, IContainer, INamespace, IPodTemplateSpec, IService } from 'kubernetes-models/v1';
import type { KubernetesObject } from './rendered.ts';

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** What keeps pods of one kind running. */
export interface Workload {
  readonly name: string;
  readonly selector: Selector;
  readonly template: IPodTemplateSpec;
  readonly claims: readonly string[];
}

interface Kinds {
  readonly ConfigMap: IConfigMap;
  readonly Deployment: IDeployment;
  readonly HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  readonly Ingress: IIngress;
  readonly Namespace: INamespace;
  readonly NetworkPolicy: INetworkPolicy;
  readonly PodDisruptionBudget: IPodDisruptionBudget;
  readonly PodMonitor: IPodMonitor;
  readonly Service: IService;
  readonly StatefulSet: IStatefulSet;
}

export class Cluster {
  readonly objects: readonly KubernetesObject[];

  constructor(objects: readonly KubernetesObject[]) {
    this.objects = objects;
  }

  all<Kind extends keyof Kinds>(kind: Kind): readonly (Kinds[Kind] & KubernetesObject)[] {
    return this.objects.filter((object) => object.kind === kind) as (Kinds[Kind] & KubernetesObject)[];
  }

  /** Throws where there is none of the name. */
  one<Kind extends keyof Kinds>(kind: Kind, name: string): Kinds[Kind] & KubernetesObject {
    const found = this.all(kind).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  get workloads(): readonly Workload[] {
    const both = [...this.all('StatefulSet'), ...this.all('Deployment')];
    return both.map(({ metadata, spec }) => ({
      name: metadata.name,
      selector: spec!.selector,
      template: spec!.template,
      claims: 'volumeClaimTemplates' in spec! ? spec.volumeClaimTemplates!.map((claim) => claim.metadata!.name!) : [],
    }));
  }

  workload(name: string): Workload {
    const found = this.workloads.find((workload) => workload.name === name);
    if (found === undefined) throw new Error(`there is no workload ${name}`);
    return found;
  }

  /** Workloads whose pods a selector selects; the empty one selects all. */
  selected({ matchLabels = {} }: Selector): readonly Workload[] {
    return this.workloads.filter(({ template }) => {
      const labels: Readonly<Record<string, string>> = template.metadata?.labels ?? {};
      return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
    });
  }

  /** The variables of a container; undefined for those that only the cluster knows. */
  environmentOf(container: IContainer): Readonly<Record<string, string | undefined>> {
    const maps = (container.envFrom ?? []).map(
      ({ configMapRef }) => this.one('ConfigMap', configMapRef!.name!).data ?? {},
    );
    const own = (container.env ?? []).map(({ name, value }) => [name, value] as const);
    return { ...Object.assign({}, ...maps), ...Object.fromEntries(own) } as Record<string, string | undefined>;
  }
}

/** The one container of a workload. */
export function containerOf({ name, template }: Workload): IContainer {
  const [container, ...others] = template.spec!.containers;
  if (container === undefined || others.length > 0) throw new Error(`${name} must have exactly one container`);
  return container;
}

export function portNamesOf(workload: Workload): readonly string[] {
  return (containerOf(workload).ports ?? []).map(({ name }) => name!);
}

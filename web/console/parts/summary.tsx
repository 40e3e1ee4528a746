/** The network at a glance: what one wants to know first, each with what is wrong about it, if something is. */
import { computed } from '@preact/signals';
import type { Pulse } from '../../../services/gateway/client/contract.ts';
import { marks } from '../state/phones.ts';
import { pulses } from '../state/pulses.ts';

interface Tile {
  readonly name: string;
  readonly value: string;
  /** What stands below, in small. */
  readonly detail: string;
  readonly isBad?: boolean;
}

const UNKNOWN = '–';

const tiles = computed((): readonly Tile[] => {
  const count = (state: string): number => marks.value.filter((mark) => mark.state === state).length;
  const [suspected, dead, left] = [count('suspected'), count('dead'), count('left')];
  const pulse = pulses.value.at(-1);
  const isSampled = pulse !== undefined && pulse.sampled > 0;
  const rings = isSampled ? pulse.rings : undefined;
  return [
    {
      name: 'Phones alive',
      value: `${count('alive')}`,
      detail: troubleText({ suspected, dead, left }) || `all ${marks.value.length} of them`,
      isBad: suspected + dead > 0,
    },
    {
      name: 'Rings',
      value: rings === undefined ? UNKNOWN : rings.toFixed(rings < 1.05 && rings > 0.95 ? 0 : 2),
      detail: rings === undefined || rings < 1.05 ? 'one when all are on one' : 'the network is torn',
      isBad: (rings ?? 1) > 1.05,
    },
    {
      name: 'Copies missing',
      value: isSampled ? String(pulse.replicas.missing) : UNKNOWN,
      detail: isSampled ? `of ${pulse.replicas.records} that are kept` : 'not known yet',
      isBad: isSampled && pulse.replicas.missing > 0,
    },
    {
      name: 'Lookups a second',
      value: isSampled ? pulse.lookups.perSecond.toFixed(1) : UNKNOWN,
      detail: lookupText(pulse?.lookups),
      isBad: (pulse?.lookups.failedPerSecond ?? 0) > 0,
    },
    {
      name: 'Reads a second',
      value: isSampled ? pulse.reads.perSecond.toFixed(1) : UNKNOWN,
      detail: isSampled ? readText(pulse.reads.incompletePerSecond) : 'not known yet',
      isBad: (pulse?.reads.incompletePerSecond ?? 0) > 0,
    },
    {
      name: 'Recall of searches',
      value: (pulse?.recall ?? null) === null ? UNKNOWN : `${(100 * pulse!.recall!).toFixed(0)} %`,
      detail: (pulse?.recall ?? null) === null ? 'nobody searched of late' : 'found of what there is, estimated',
    },
  ];
});

function troubleText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []))
    .join(', ');
}

function readText(incompletePerSecond: number): string {
  return incompletePerSecond > 0 ? `${incompletePerSecond.toFixed(1)} of them in doubt` : 'none of them in doubt';
}

export function Summary() {
  return (
    <section aria-labelledby="summary" class="summary">
      <h2 id="summary">At a glance</h2>
      <dl>
        {tiles.value.map(({ name, value, detail, isBad = false }) => (
          <div key={name} class={isBad ? 'tile bad' : value === UNKNOWN ? 'tile unknown' : 'tile'}>
            <dt>{name}</dt>
            <dd>{value}</dd>
            <dd class="meta">{detail}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function lookupText(lookups: Pulse['lookups'] | undefined): string {
  const { milliseconds = null, hops = null, failedPerSecond = 0 } = lookups ?? {};
  if (milliseconds === null || hops === null) return 'none of late';
  const failing = failedPerSecond > 0 ? `; ${failedPerSecond.toFixed(1)} fail` : '';
  return `${milliseconds.toFixed(1)} ms, ${hops.toFixed(1)} hops${failing}`;
}

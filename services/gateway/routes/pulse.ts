/** The pulse: what the whole network does now, in a few figures. */
import { type Static, Type } from '../../shared/http/type.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

const Rate = (description: string) => Type.Number({ description: `${description} a second.` });
const Measured = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

export const PulseSchema = Type.Object(
  {
    at: Type.String({ format: 'date-time' }),
    phones: Type.Object(
      {
        joining: Type.Integer(),
        alive: Type.Integer(),
        suspected: Type.Integer(),
        dead: Type.Integer(),
        left: Type.Integer(),
      },
      { additionalProperties: false },
    ),
    churn: Type.Object(
      { came: Type.Integer(), died: Type.Integer(), left: Type.Integer() },
      { additionalProperties: false, description: 'Phones in the last minute.' },
    ),
    sampled: Type.Integer({
      description: 'Phones whose figures are in what follows; they are read while somebody watches, each now and then.',
    }),
    lookups: Type.Object(
      {
        perSecond: Rate('Lookups'),
        failedPerSecond: Rate('Lookups that failed'),
        milliseconds: Measured('Mean time of a lookup; null when there were none.'),
        hops: Measured('Mean number of phones on the way; null when there were none.'),
      },
      { additionalProperties: false },
    ),
    reads: Type.Object(
      { perSecond: Rate('Reads'), incompletePerSecond: Rate('Reads that too few replicas answered') },
      { additionalProperties: false },
    ),
    writes: Type.Object(
      { perSecond: Rate('Records written'), failedPerSecond: Rate('Records that reached no write quorum') },
      { additionalProperties: false },
    ),
    replicas: Type.Object(
      {
        records: Type.Integer({ description: 'Records that phones keep, copies counted.' }),
        missing: Type.Integer({ description: 'Copies that are not known to be where they should.' }),
      },
      { additionalProperties: false },
    ),
    rings: Type.Number({ description: 'The parts of rings that phones own, added up: 1 when all form one.' }),
    recall: Measured(
      'Part of what searches should have found that they did find, estimated; null when nobody searched.',
    ),
  },
  { additionalProperties: false },
);

export const pulseRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/v1/network/pulse',
    {
      schema: {
        summary: 'What the whole network does now',
        description: 'The figures come while somebody watches: the first answer after a quiet time may hold none.',
        tags: ['network'],
        response: { 200: PulseSchema },
      },
    },
    async () => {
      context.watch.watched();
      return pulseText(context);
    },
  );
};

export function pulseText({ book, survey, now }: RouteContext): Static<typeof PulseSchema> {
  const nowMs = now();
  const pulse = survey.pulse.read(nowMs);
  const phones = { joining: 0, alive: 0, suspected: 0, dead: 0, left: 0 };
  for (const { state } of book.phones) phones[state]++;
  return {
    at: new Date(nowMs).toISOString(),
    phones,
    churn: book.churn(nowMs),
    sampled: pulse.sampled,
    lookups: {
      perSecond: rounded(pulse.lookupsPerSecond),
      failedPerSecond: rounded(pulse.failedLookupsPerSecond),
      milliseconds: roundedOrNull(pulse.lookupMs),
      hops: roundedOrNull(pulse.lookupHops),
    },
    reads: { perSecond: rounded(pulse.readsPerSecond), incompletePerSecond: rounded(pulse.incompleteReadsPerSecond) },
    writes: { perSecond: rounded(pulse.writesPerSecond), failedPerSecond: rounded(pulse.failedWritesPerSecond) },
    replicas: { records: Math.round(pulse.records), missing: Math.round(pulse.replicasMissing) },
    rings: rounded(pulse.rings),
    recall: roundedOrNull(pulse.recall),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function roundedOrNull(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value);
}

/** The ring below the wall: this phone, the phones it knows, and the way to any key. */
import {
  type GetStatusResponse,
  HopOutcome,
  type KnownPhone,
  type Phone,
  PhoneState,
  RingState,
} from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { KeyParams, PositionText } from '../../shared/http/schema.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { asProblem } from '../adapters/chord-ring.ts';
import { Problem } from '../core/problem.ts';
import type { WallRoutes } from './route-context.ts';
import { PhoneSchema, readId } from './schema.ts';

const STATUS_TIMEOUT_MS = 5_000;
const LOOKUP_TIMEOUT_MS = 15_000;

export const SelfSchema = Type.Object(
  {
    phone: PhoneSchema,
    network: Type.String(),
    state: Type.Union([
      Type.Literal('joining'),
      Type.Literal('member'),
      Type.Literal('leaving'),
      Type.Literal('unknown'),
    ]),
    settled: Type.Boolean({ description: 'It holds all that it is responsible for, as far as it knows.' }),
    replication: Type.Integer({ description: 'Phones that keep each record.' }),
    records: Type.Integer({ description: 'Records that this phone keeps.' }),
    recordBytes: Type.Integer(),
    predecessor: Type.Union([PhoneSchema, Type.Null()]),
    successor: Type.Union([PhoneSchema, Type.Null()]),
    suspected: Type.Array(PhoneSchema, {
      description: 'Phones that it takes for dead, or has heard so, and has not dropped yet.',
    }),
  },
  { additionalProperties: false },
);

export const RingSchema = Type.Object(
  {
    self: PhoneSchema,
    successors: Type.Array(PhoneSchema, { description: 'Nearest first.' }),
    predecessors: Type.Array(PhoneSchema, { description: 'Nearest first.' }),
    fingers: Type.Array(PhoneSchema),
    known: Type.Array(
      Type.Object(
        {
          ...PhoneSchema.properties,
          state: Type.Union([Type.Literal('alive'), Type.Literal('suspected'), Type.Literal('unknown')]),
          rttMilliseconds: Type.Union([Type.Number(), Type.Null()], {
            description: 'Smoothed; null when never measured.',
          }),
        },
        { additionalProperties: false },
      ),
      { description: 'All phones that this one knows.' },
    ),
  },
  { additionalProperties: false },
);

export const LookupSchema = Type.Object(
  {
    key: PositionText,
    found: Type.Boolean({ description: 'False: the lookup ran into its bound of hops or its deadline.' }),
    owner: Type.Union([PhoneSchema, Type.Null()]),
    replicas: Type.Array(PhoneSchema, {
      description: 'The phones that should hold the key’s records, the owner first.',
    }),
    hops: Type.Array(
      Type.Object(
        {
          ...PhoneSchema.properties,
          milliseconds: Type.Number(),
          outcome: Type.Union([
            Type.Literal('closer'),
            Type.Literal('owner'),
            Type.Literal('timeout'),
            Type.Literal('unreachable'),
            Type.Literal('refused'),
            Type.Literal('unknown'),
          ]),
        },
        { additionalProperties: false },
      ),
      { description: 'Every phone that was asked, in that order.' },
    ),
    milliseconds: Type.Number({ description: 'Of the whole lookup.' }),
  },
  { additionalProperties: false },
);

export const networkRoutes: WallRoutes = async (app, { context }) => {
  const readStatus = (): Promise<GetStatusResponse> =>
    asProblem(context.chord.getStatus({}, { timeoutMs: STATUS_TIMEOUT_MS }));

  app.get(
    '/v1/network/self',
    {
      schema: { summary: 'This phone', tags: ['network'], response: { 200: SelfSchema } },
      config: { problems: ['ring-unavailable', 'ring-timeout'] },
    },
    async () => {
      const status = await readStatus();
      const { network, settled, replication, records, recordBytes } = status;
      return {
        phone: phoneText(selfOf(status)),
        network,
        state: RING_STATES[status.state] ?? ('unknown' as const),
        settled,
        replication,
        records,
        recordBytes,
        predecessor: phoneOrNull(status.predecessor),
        successor: phoneOrNull(status.successors[0]),
        suspected: status.known.flatMap(({ phone, state }) =>
          phone === undefined || state !== PhoneState.SUSPECTED ? [] : [phoneText(phone)],
        ),
      };
    },
  );

  app.get(
    '/v1/network/ring',
    {
      schema: { summary: 'The phones that this one knows', tags: ['network'], response: { 200: RingSchema } },
      config: { problems: ['ring-unavailable', 'ring-timeout'] },
    },
    async () => {
      const status = await readStatus();
      return {
        self: phoneText(selfOf(status)),
        successors: status.successors.map(phoneText),
        predecessors: status.predecessors.map(phoneText),
        fingers: status.fingers.map(phoneText),
        known: status.known.flatMap(knownText),
      };
    },
  );

  app.get(
    '/v1/network/lookup/:key',
    {
      schema: {
        summary: 'The way to a key, hop by hop',
        description:
          'Looks the key up now. A lookup that did not arrive answers 200 too, with `found: false` and its hops.',
        tags: ['network'],
        params: KeyParams,
        response: { 200: LookupSchema },
      },
      config: { cost: 2, problems: ['ring-unavailable', 'ring-timeout'] },
    },
    async (request) => {
      const key = readId(request.params.key);
      const lookup = await asProblem(context.chord.lookup({ key }, { timeoutMs: LOOKUP_TIMEOUT_MS }));
      return {
        key,
        found: lookup.found,
        owner: phoneOrNull(lookup.owner),
        replicas: lookup.replicas.map(phoneText),
        hops: lookup.hops.flatMap(({ phone, milliseconds, outcome }) =>
          phone === undefined
            ? []
            : [{ ...phoneText(phone), milliseconds, outcome: HOP_OUTCOMES[outcome] ?? ('unknown' as const) }],
        ),
        milliseconds: lookup.milliseconds,
      };
    },
  );
};

const RING_STATES: Partial<Record<RingState, 'joining' | 'member' | 'leaving'>> = {
  [RingState.JOINING]: 'joining',
  [RingState.MEMBER]: 'member',
  [RingState.LEAVING]: 'leaving',
};

const HOP_OUTCOMES: Partial<Record<HopOutcome, 'closer' | 'owner' | 'timeout' | 'unreachable' | 'refused'>> = {
  [HopOutcome.CLOSER]: 'closer',
  [HopOutcome.OWNER]: 'owner',
  [HopOutcome.TIMEOUT]: 'timeout',
  [HopOutcome.UNREACHABLE]: 'unreachable',
  [HopOutcome.REFUSED]: 'refused',
};

const PHONE_STATES: Partial<Record<PhoneState, 'alive' | 'suspected'>> = {
  [PhoneState.ALIVE]: 'alive',
  [PhoneState.SUSPECTED]: 'suspected',
};

function selfOf(status: GetStatusResponse): Phone {
  if (status.self === undefined) throw new Problem('ring-unavailable', 'This phone has no place on the ring yet.');
  return status.self;
}

function phoneText({ id, address }: Phone): Static<typeof PhoneSchema> {
  return { id, address };
}

function phoneOrNull(phone: Phone | undefined): Static<typeof PhoneSchema> | null {
  return phone === undefined ? null : phoneText(phone);
}

function knownText({ phone, state, rttMilliseconds }: KnownPhone): Static<typeof RingSchema>['known'] {
  if (phone === undefined) return [];
  return [
    {
      ...phoneText(phone),
      state: PHONE_STATES[state] ?? 'unknown',
      rttMilliseconds: rttMilliseconds > 0 ? rttMilliseconds : null,
    },
  ];
}

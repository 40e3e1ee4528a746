/** The network as a whole: the ring, the space of meanings, the distances between phones. */
import { BoxSchema, PositionText } from '../../shared/http/schema.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { latencyMatrix, spreadOver } from '../core/latency-matrix.ts';
import { numbersById, problemOf, ReferenceSchema, reachable, referenceTo } from './phone-reference.ts';
import { StateSchema } from './phones.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

/** A view of the ring at most this old is told as it is, ms; the matrix of distances may be older. */
const VIEW_AGE_MS = 1_000;
const DISTANCES_AGE_MS = 20_000;
const MAX_MATRIX_PHONES = 128;
const DEFAULT_MATRIX_PHONES = 48;
const MAX_POSTS = 5_000;

const NumberQuery = Type.Integer({ minimum: 0, maximum: 999_999, description: 'A phone’s number.' });
const Nullable = Type.Union([ReferenceSchema, Type.Null()]);
const TimeText = Type.String({ format: 'date-time' });

export const RingSchema = Type.Object(
  {
    phones: Type.Array(
      Type.Object(
        {
          n: Type.Integer(),
          id: PositionText,
          state: StateSchema,
          predecessor: Nullable,
          successor: Nullable,
          suspectedBy: Type.Integer({
            description: 'Of the phones asked lately how they see the ring, how many suspect it.',
          }),
        },
        { additionalProperties: false },
      ),
      {
        description:
          'In the order of their places. Links are what each phone last said, whether they are right or not.',
      },
    ),
    of: Type.Union(
      [
        Type.Object(
          {
            n: Type.Integer(),
            successors: Type.Array(ReferenceSchema, { description: 'Nearest first.' }),
            predecessors: Type.Array(ReferenceSchema, { description: 'Nearest first.' }),
            fingers: Type.Array(ReferenceSchema),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ],
      { description: 'How the phone asked for with `of` sees the ring now.' },
    ),
  },
  { additionalProperties: false },
);

export const ZonesSchema = Type.Object(
  {
    at: TimeText,
    axes: Type.Integer({ description: 'Axes of the space, a torus.' }),
    volume: Type.Number({
      description: 'The part of the space that the zones below fill: 1 when none lacks or is doubled.',
    }),
    asked: Type.Integer({ description: 'Phones that were asked: each speaks for its neighbours, too.' }),
    phones: Type.Array(
      Type.Object(
        {
          ...ReferenceSchema.properties,
          zones: Type.Array(BoxSchema),
          entries: Type.Number({ description: 'Entries in its zones.' }),
        },
        { additionalProperties: false },
      ),
    ),
    posts: Type.Array(
      Type.Object(
        { id: Type.String(), owner: ReferenceSchema, point: Type.Array(Type.Number()) },
        { additionalProperties: false },
      ),
      { description: 'Some of the posts, with where they lie.' },
    ),
  },
  { additionalProperties: false },
);

export const LatencySchema = Type.Object(
  {
    at: TimeText,
    of: Type.Integer({ description: 'Phones that are alive; those in the matrix are spread over them.' }),
    phones: Type.Array(ReferenceSchema),
    milliseconds: Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()])), {
      description: 'Rows from, columns to: round trips as the first measured them, smoothed; null when it never did.',
    }),
    measured: Type.Integer({ description: 'Entries that are not null.' }),
    p50: Type.Union([Type.Number(), Type.Null()]),
    p90: Type.Union([Type.Number(), Type.Null()]),
  },
  { additionalProperties: false },
);

export const networkRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/v1/network/ring',
    {
      schema: {
        summary: 'Every phone on its place',
        tags: ['network'],
        querystring: Type.Object({ of: Type.Optional(NumberQuery) }, { additionalProperties: false }),
        response: { 200: RingSchema },
      },
      config: { problems: ['no-such-phone', 'phone-unreachable', 'phone-silent'] },
    },
    async ({ query: { of } }) => {
      context.watch.watched();
      return { phones: ringText(context), of: of === undefined ? null : await viewText(context, of) };
    },
  );

  app.get(
    '/v1/network/zones',
    {
      schema: {
        summary: 'The space of meanings as a map',
        description: 'Made of what some phones say of themselves and their neighbours, anew at most every 5 seconds.',
        tags: ['network'],
        querystring: Type.Object(
          { posts: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_POSTS, default: 500 })) },
          { additionalProperties: false },
        ),
        response: { 200: ZonesSchema },
      },
      config: { cost: 2 },
    },
    async ({ query: { posts = 500 } }) => {
      context.watch.watched();
      const { map, atMs, asked } = await context.survey.zones();
      const numbers = numbersById(context.book.phones);
      return {
        at: new Date(atMs).toISOString(),
        axes: map.axes,
        volume: Math.round(map.volume * 1e6) / 1e6,
        asked,
        phones: map.holdings.map(({ id, zones, entries }) => ({
          ...referenceTo(id, numbers),
          zones: zones.map(({ low, high }) => ({ low: [...low], high: [...high] })),
          entries,
        })),
        posts: spreadOver(map.posts, posts).map(({ id, owner, point }) => ({
          id,
          owner: referenceTo(owner, numbers),
          point: [...point],
        })),
      };
    },
  );

  app.get(
    '/v1/network/latency',
    {
      schema: {
        summary: 'Round trips between phones',
        description: 'As phones measure them in what they say to each other anyway; nothing is sent to find out.',
        tags: ['network'],
        querystring: Type.Object(
          {
            phones: Type.Optional(
              Type.Integer({ minimum: 1, maximum: MAX_MATRIX_PHONES, default: DEFAULT_MATRIX_PHONES }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: LatencySchema },
      },
      config: { cost: 2 },
    },
    async ({ query: { phones: count = DEFAULT_MATRIX_PHONES } }) => {
      context.watch.watched();
      const alive = context.book.phones.filter(({ state }) => state === 'alive');
      const chosen = spreadOver(alive, count);
      const views = await context.survey.viewsOf(chosen, DISTANCES_AGE_MS);
      const ids = chosen.flatMap(({ words }) => words?.id ?? []);
      const { rows, measured, p50, p90 } = latencyMatrix(ids, (id) => views.get(id));
      const numbers = numbersById(context.book.phones);
      return {
        at: new Date(context.now()).toISOString(),
        of: alive.length,
        phones: ids.map((id) => referenceTo(id, numbers)),
        milliseconds: rows.map((row) => [...row]),
        ...{ measured, p50, p90 },
      };
    },
  );
};

function ringText({ book, survey, now }: RouteContext): Static<typeof RingSchema>['phones'] {
  const numbers = numbersById(book.phones);
  const placed = book.phones.flatMap((phone) => (phone.words === undefined ? [] : [{ phone, words: phone.words }]));
  placed.sort((a, b) => (a.words.id < b.words.id ? -1 : 1));
  return placed.map(({ phone: { n, state }, words }) => ({
    ...{ n, id: words.id, state },
    predecessor: words.predecessor === undefined ? null : referenceTo(words.predecessor, numbers),
    successor: words.successor === undefined ? null : referenceTo(words.successor, numbers),
    suspectedBy: survey.views.suspecting(words.id, now()),
  }));
}

async function viewText(context: RouteContext, n: number): Promise<Static<typeof RingSchema>['of']> {
  const phone = reachable(context.book, n);
  const view = await context.survey.viewOf(phone, VIEW_AGE_MS).catch((error: unknown) => {
    throw problemOf(error, phone);
  });
  const numbers = numbersById(context.book.phones);
  return {
    n,
    successors: view.successors.map((id) => referenceTo(id, numbers)),
    predecessors: view.predecessors.map((id) => referenceTo(id, numbers)),
    fingers: view.fingers.map((id) => referenceTo(id, numbers)),
  };
}

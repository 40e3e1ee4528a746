/** The space of meanings below the wall: this phone's zone of it, its neighbours', and some of the posts in it. */
import { CanState, type GetStatusResponse } from '../../../proto/gen/ringwall/can/v1/can.ts';
import type { Zone } from '../../../proto/gen/ringwall/can/v1/space.ts';
import { parseId } from '../../shared/core/id.ts';
import { SPAN } from '../../shared/core/torus.ts';
import { BoxSchema } from '../../shared/http/schema.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { Problem } from '../core/problem.ts';
import type { WallRoutes } from './route-context.ts';
import { IdText, idText, PhoneSchema } from './schema.ts';

const STATUS_TIMEOUT_MS = 5_000;

export const ZonesSchema = Type.Object(
  {
    self: PhoneSchema,
    state: Type.Union([Type.Literal('joining'), Type.Literal('member'), Type.Literal('leaving')]),
    axes: Type.Integer({ description: 'Axes of the space, a torus.' }),
    zones: Type.Array(BoxSchema, {
      description: 'What this phone owns: one zone, or more for a while after a takeover.',
    }),
    entries: Type.Integer({ description: 'Entries it keeps, copies for others included.' }),
    ownedEntries: Type.Integer({ description: 'Entries in its zones.' }),
    neighbours: Type.Array(
      Type.Object(
        {
          ...PhoneSchema.properties,
          zones: Type.Array(BoxSchema),
          load: Type.Number({ description: 'Entries in its zones, as it last said.' }),
          suspected: Type.Boolean(),
        },
        { additionalProperties: false },
      ),
    ),
    links: Type.Array(PhoneSchema, { description: 'Phones far off in the space that it routes through.' }),
    posts: Type.Array(Type.Object({ id: IdText, point: Type.Array(Type.Number()) }, { additionalProperties: false }), {
      description: 'Some of the posts in its zones, with where they lie.',
    }),
  },
  { additionalProperties: false },
);

export const zoneRoutes: WallRoutes = async (app, { context }) => {
  app.get(
    '/v1/network/zones',
    {
      schema: {
        summary: 'This phone’s zone of the space of meanings',
        tags: ['network'],
        response: { 200: ZonesSchema },
      },
      config: { problems: ['meaning-unavailable'] },
    },
    async () => {
      const status = await context.can.getStatus({}, { timeoutMs: STATUS_TIMEOUT_MS }).catch((error: unknown) => {
        throw new Problem('meaning-unavailable', undefined, { retryAfterS: 2, cause: error as Error });
      });
      return zonesText(status);
    },
  );
};

function zonesText(status: GetStatusResponse): Static<typeof ZonesSchema> {
  const { self, axes, zones, entries, ownedEntries, neighbours, links, sample } = status;
  return {
    self: phoneText(self),
    state: stateText(status.state),
    ...{ axes, entries, ownedEntries },
    zones: zones.map((zone) => boxOf(zone, axes)),
    neighbours: neighbours.map(({ phone, load, suspected }) => ({
      ...phoneText(phone?.phone),
      zones: (phone?.zones ?? []).map((zone) => boxOf(zone, axes)),
      ...{ load, suspected },
    })),
    links: links.map(phoneText),
    posts: sample.flatMap(({ post, point }) => {
      const id = parseId(post);
      return id === undefined ? [] : [{ id: idText(id), point: point.map((value) => value / SPAN) }];
    }),
  };
}

/** The box at the end of a zone's path. */
function boxOf({ path }: Zone, axes: number): Static<typeof BoxSchema> {
  const low = Array.from({ length: axes }, () => 0);
  const high = Array.from({ length: axes }, () => 1);
  for (const { axis, cut, upper } of path) (upper ? low : high)[axis] = cut / SPAN;
  return { low, high };
}

function stateText(state: CanState): 'joining' | 'member' | 'leaving' {
  if (state === CanState.JOINING) return 'joining';
  return state === CanState.MEMBER ? 'member' : 'leaving';
}

function phoneText(phone: { readonly id: string; readonly address: string } | undefined): Static<typeof PhoneSchema> {
  return { id: phone?.id ?? '', address: phone?.address ?? '' };
}

/** Which phones there are, and how each is. */

import { PositionText } from '../../shared/http/schema.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import type { Phone } from '../core/phone.ts';
import type { GatewayRoutes } from './route-context.ts';

export const StateSchema = Type.Union(
  [
    Type.Literal('joining'),
    Type.Literal('alive'),
    Type.Literal('suspected'),
    Type.Literal('dead'),
    Type.Literal('left'),
  ],
  {
    description:
      'joining: no member of the ring yet. suspected: it did not answer the last time. dead: not for seconds, or its ' +
      'process was killed. left: it said goodbye.',
  },
);

export const PhoneSchema = Type.Object(
  {
    n: Type.Integer({ description: 'Its number: /phones/{n}/ is its API.' }),
    id: Type.Union([PositionText, Type.Null()], { description: 'Its place on the ring; null until it answered once.' }),
    state: StateSchema,
    since: Type.String({ format: 'date-time', description: 'When it came into that state.' }),
    api: Type.Union([Type.String(), Type.Null()], {
      description: 'host:port of its REST API as the gateway reaches it; null when another phone has that address now.',
    }),
    peer: Type.Union([Type.String(), Type.Null()], { description: 'host:port of its peer API.' }),
    settled: Type.Union([Type.Boolean(), Type.Null()], {
      description: 'It holds all that it is responsible for, as far as it knows.',
    }),
    records: Type.Union([Type.Integer(), Type.Null()], { description: 'Records it keeps.' }),
    recordBytes: Type.Union([Type.Integer(), Type.Null()]),
    answeredAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When it said so.',
    }),
  },
  { additionalProperties: false },
);

export const phoneRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/v1/phones',
    {
      schema: {
        summary: 'All phones',
        tags: ['phones'],
        response: { 200: Type.Object({ items: Type.Array(PhoneSchema) }) },
      },
    },
    async () => {
      context.watch.watched();
      return { items: context.book.phones.map(phoneText) };
    },
  );
};

export function phoneText(phone: Phone): Static<typeof PhoneSchema> {
  const { n, state, sinceMs, api, words, answeredAtMs } = phone;
  return {
    n,
    id: words?.id ?? null,
    state,
    since: new Date(sinceMs).toISOString(),
    api: api ?? null,
    peer: words?.peer ?? null,
    settled: words?.settled ?? null,
    records: words?.records ?? null,
    recordBytes: words?.recordBytes ?? null,
    answeredAt: answeredAtMs === undefined ? null : new Date(answeredAtMs).toISOString(),
  };
}

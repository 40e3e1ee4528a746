/** A lookup played from one phone, hop by hop. */
import { parseId } from '../../shared/core/id.ts';
import { KeyParams, PositionText } from '../../shared/http/schema.ts';
import { type Static, Type } from '../../shared/http/type.ts';
import { readLookup } from '../adapters/phone-answers.ts';
import type { Phone } from '../core/phone.ts';
import { Problem } from '../core/problem.ts';
import { numbersById, problemOf, ReferenceSchema, reachable, referenceTo } from './phone-reference.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

/** Longer than a phone lets a lookup take. */
const LOOKUP_TIMEOUT_MS = 17_000;
const RETRY_S = 2;

export const LookupSchema = Type.Object(
  {
    key: PositionText,
    from: ReferenceSchema,
    found: Type.Boolean({ description: 'False: the lookup ran into its bound of hops or its deadline.' }),
    owner: Type.Union([ReferenceSchema, Type.Null()]),
    replicas: Type.Array(ReferenceSchema, {
      description: 'The phones that should hold the key’s records, the owner first.',
    }),
    hops: Type.Array(
      Type.Object(
        {
          ...ReferenceSchema.properties,
          milliseconds: Type.Number(),
          outcome: Type.String({ description: 'closer, owner, timeout, unreachable, refused or unknown.' }),
        },
        { additionalProperties: false },
      ),
      { description: 'Every phone that was asked, in that order.' },
    ),
    milliseconds: Type.Number({ description: 'Of the whole lookup, as the phone that made it says.' }),
  },
  { additionalProperties: false },
);

export const lookupRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/v1/network/lookup/:key',
    {
      schema: {
        summary: 'The way to a key, hop by hop',
        description: 'A phone looks the key up now. One that did not arrive answers 200 too, with its hops.',
        tags: ['network'],
        params: KeyParams,
        querystring: Type.Object(
          {
            from: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: 999_999,
                description: 'The phone that looks it up; any by default.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: LookupSchema },
      },
      config: { cost: 3, problems: ['no-such-phone', 'phone-unreachable', 'phone-silent', 'no-phones'] },
    },
    async ({ params, query }) => await lookUp(context, params.key, query.from),
  );
};

async function lookUp(
  context: RouteContext,
  text: string,
  from: number | undefined,
): Promise<Static<typeof LookupSchema>> {
  const key = parseId(text);
  if (key === undefined) throw new Problem('invalid-id');
  const phone = from === undefined ? anyOf(context) : reachable(context.book, from);
  const answer = await context.client
    .json(phone.api, `/v1/network/lookup/${key}`, LOOKUP_TIMEOUT_MS)
    .catch((error: unknown) => {
      throw problemOf(error, phone);
    });
  const { found, owner, replicas, hops, milliseconds } = readLookup(answer);
  const numbers = numbersById(context.book.phones);
  if (phone.words === undefined) throw new Problem('phone-unreachable', `Phone ${phone.n} has not said who it is yet.`);
  return {
    key,
    from: { n: phone.n, id: phone.words.id },
    found,
    owner: owner === undefined ? null : referenceTo(owner, numbers),
    replicas: replicas.map((id) => referenceTo(id, numbers)),
    hops: hops.map(({ id, ms, outcome }) => ({ ...referenceTo(id, numbers), milliseconds: ms, outcome })),
    milliseconds,
  };
}

function anyOf({ book }: RouteContext): Phone & { readonly api: string } {
  const alive = book.phones.filter(({ state, api }) => state === 'alive' && api !== undefined);
  const phone = alive[Math.floor(Math.random() * alive.length)];
  if (phone === undefined) throw new Problem('no-phones', undefined, { retryAfterS: RETRY_S });
  return phone as Phone & { readonly api: string };
}

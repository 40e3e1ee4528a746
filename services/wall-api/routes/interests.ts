/** What this phone thinks its person cares about: to see, and to steer. */

import { type Static, Type } from '../../shared/http/type.ts';
import type { InterestReading } from '../core/feed/interest-reader.ts';
import { postOfSign, type Sign } from '../core/feed/interests.ts';
import { TOPICS } from '../core/feed/topics.ts';
import { personOf } from '../plugins/session-guard.ts';
import type { WallRoutes } from './route-context.ts';
import { IdParams, IdText, idText, readId } from './schema.ts';

const MAX_STEERED = 3;
const MAX_CHANGES = 32;
/** Signs shown of an interest. */
const SHOWN_SIGNS = 5;

const InterestId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Stays the same while the same post or topic tells most of the interest.',
});

const SignSchema = Type.Object(
  {
    kind: Type.String({ description: '`own`, `reacted`, `more`, `friend` or `topic`.' }),
    post: Type.Optional(IdText),
    text: Type.String(),
  },
  { additionalProperties: false },
);

export const InterestsSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          id: InterestId,
          label: Type.String({ description: 'The beginning of what tells most of it.' }),
          weight: Type.Number({ description: 'Its part of all interests, 0 to 1.' }),
          steered: Type.Number({ description: '1 as it is, 0 off, up to 3 turned up.' }),
          signs: Type.Array(SignSchema, { description: 'What tells of it, the most first.' }),
        },
        { additionalProperties: false },
      ),
    ),
    topics: Type.Array(Type.Object({ name: Type.String(), chosen: Type.Boolean() }, { additionalProperties: false }), {
      description: 'To begin with, for those who have neither written nor reacted yet.',
    }),
    complete: Type.Boolean({ description: 'False: something that tells of interests could not be read.' }),
  },
  { additionalProperties: false },
);

const ChangesSchema = Type.Object(
  {
    weights: Type.Optional(
      Type.Array(
        Type.Object(
          { id: InterestId, steered: Type.Number({ minimum: 0, maximum: MAX_STEERED }) },
          { additionalProperties: false },
        ),
        { maxItems: MAX_CHANGES },
      ),
    ),
    addTopics: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: MAX_CHANGES })),
    removeTopics: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: MAX_CHANGES })),
  },
  { additionalProperties: false },
);

const SteeredSchema = Type.Object({ post: IdText, liked: Type.Boolean() }, { additionalProperties: false });

export const interestRoutes: WallRoutes = async (app, { context }) => {
  const { interests, steering, posts } = context.social;
  const problems = ['meaning-unavailable', 'too-few-replicas', 'ring-unavailable', 'ring-timeout'] as const;

  app.get(
    '/v1/interests',
    {
      schema: {
        summary: 'What you seem to care about',
        description: 'Gathered from what you wrote and reacted to, your friends’ posts, and the topics you chose.',
        tags: ['feed'],
        response: { 200: InterestsSchema },
      },
      config: { session: 'required', cost: 4, problems },
    },
    async (request) => interestsText(await interests.read(personOf(request))),
  );

  app.patch(
    '/v1/interests',
    {
      schema: {
        summary: 'Turn interests up, down or off, choose topics',
        description: 'Only you can read it. What is left out stays as it is.',
        tags: ['feed'],
        body: ChangesSchema,
        response: { 200: InterestsSchema },
      },
      config: { session: 'required', cost: 4, problems: [...problems, 'unprocessable-content'] },
    },
    async (request) => {
      const me = personOf(request);
      const { weights = [], addTopics = [], removeTopics = [] } = request.body;
      const changed = new Map(weights.map(({ id, steered }) => [id, steered]));
      await steering.change(me, { weights: changed, addTopics, removeTopics });
      return interestsText(await interests.read(me));
    },
  );

  for (const [direction, liked] of [
    ['less', false],
    ['more', true],
  ] as const) {
    app.post(
      `/v1/feed/:id/${direction}`,
      {
        schema: {
          summary: `Ask for ${direction} posts like this one`,
          description: 'Only you can read it. The last word on a post counts.',
          tags: ['feed'],
          params: IdParams,
          response: { 200: SteeredSchema },
        },
        config: {
          session: 'required',
          problems: [...problems, 'nobody-holds-it', 'deleted', 'not-readable'],
        },
      },
      async (request) => {
        const id = readId(request.params.id);
        await posts.require(id, personOf(request));
        await steering.steer(personOf(request), id, liked);
        return { post: idText(id), liked };
      },
    );
  }
};

function interestsText({ interests, state, complete }: InterestReading): Static<typeof InterestsSchema> {
  return {
    items: interests.map(({ id, weight, steered, signs }) => ({
      ...{ id, weight, steered },
      label: signs[0]!.label,
      signs: signs.slice(0, SHOWN_SIGNS).map(signText),
    })),
    topics: TOPICS.map(({ name }) => ({ name, chosen: state.topics.has(name) })),
    complete,
  };
}

function signText({ kind, about, label }: Sign): Static<typeof SignSchema> {
  const post = postOfSign(about);
  return { kind, ...(post === undefined ? {} : { post: idText(post) }), text: label };
}

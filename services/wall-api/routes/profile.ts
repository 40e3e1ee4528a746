/** The profile of whoever is logged in. */

import { Type } from '../../shared/http/type.ts';
import { MAX_BIO_CHARACTERS, MAX_NAME_CHARACTERS, signProfile } from '../core/identity/profile.ts';
import { Problem } from '../core/problem.ts';
import { putRecord } from '../core/ring/ring-client.ts';
import { checkIfMatch, setEtag } from '../plugins/entity-tag.ts';
import { personOf } from '../plugins/session-guard.ts';
import { requireName } from './identity.ts';
import { ProfileSchema, profileText } from './people.ts';
import type { WallRoutes } from './route-context.ts';
import { CustodySchema } from './schema.ts';

const ProfileBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: MAX_NAME_CHARACTERS, examples: ['Ada'] }),
    bio: Type.Optional(Type.String({ maxLength: MAX_BIO_CHARACTERS, description: 'Empty when it is left out.' })),
  },
  { additionalProperties: false },
);

const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag of the version to replace.' })),
});

export const OwnProfileSchema = Type.Object(
  { ...ProfileSchema.properties, custody: CustodySchema },
  { description: 'The profile as it now stands.' },
);

export const profileRoutes: WallRoutes = async (app, { context }) => {
  const { profiles, ring, crypto, now } = context;

  app.get(
    '/v1/profile',
    {
      schema: { summary: 'Your own profile', tags: ['people'], response: { 200: ProfileSchema } },
      config: { session: 'required', problems: ['nobody-holds-it', 'ring-unavailable', 'ring-timeout'] },
    },
    async (request, reply) => {
      const profile = await profiles.read(personOf(request).person);
      if (profile === undefined) throw new Problem('nobody-holds-it', 'You have no profile on this ring yet: PUT one.');
      setEtag(reply, profile.version);
      return profileText(profile);
    },
  );

  app.put(
    '/v1/profile',
    {
      schema: {
        summary: 'Replace your own profile',
        tags: ['people'],
        headers: IfMatch,
        body: ProfileBody,
        response: { 200: OwnProfileSchema },
      },
      config: {
        session: 'required',
        problems: [
          'precondition-failed',
          'superseded',
          'too-few-replicas',
          'over-quota',
          'ring-unavailable',
          'ring-timeout',
        ],
      },
    },
    async (request, reply) => {
      const me = personOf(request);
      const text = { name: requireName(request.body.name), bio: request.body.bio ?? '' };
      const standing = await profiles.readRecord(me.person);
      checkIfMatch(request, standing?.hash);
      const version = { seq: (standing?.seq ?? 0) + 1, createdAt: now() };
      const { record, profile } = signProfile(me, text, version, crypto);
      const custody = await putRecord(ring, record);
      profiles.remember(me.person, profile);
      setEtag(reply, profile.version);
      return { ...profileText(profile), custody };
    },
  );
};

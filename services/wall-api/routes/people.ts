/** Anybody's public profile. */

import { type Static, Type } from '../../shared/http/type.ts';
import { toBase64Url } from '../core/base64url.ts';
import type { Profile } from '../core/identity/profile.ts';
import { Problem } from '../core/problem.ts';
import { setEtag } from '../plugins/entity-tag.ts';
import type { WallRoutes } from './route-context.ts';
import { IdParams, IdText, idText, readId, TimeText, timeText } from './schema.ts';

export const ProfileSchema = Type.Object({
  id: IdText,
  name: Type.String({ examples: ['Ada'] }),
  bio: Type.String(),
  sealingKey: Type.String({ description: 'X25519 public key in base64url: content for this person is sealed to it.' }),
  updatedAt: TimeText,
});

export const peopleRoutes: WallRoutes = async (app, { context }) => {
  app.get(
    '/v1/people/:id',
    {
      schema: {
        summary: 'A person’s profile',
        tags: ['people'],
        params: IdParams,
        response: { 200: ProfileSchema },
      },
      config: { problems: ['nobody-holds-it', 'ring-unavailable', 'ring-timeout'] },
    },
    async (request, reply) => {
      const person = readId(request.params.id);
      const profile = await context.profiles.read(person);
      if (profile === undefined) throw new Problem('nobody-holds-it', `There is no profile of ${idText(person)}.`);
      setEtag(reply, profile.version);
      return profileText(profile);
    },
  );
};

/** A profile as the API shows it. */
export function profileText(profile: Profile): Static<typeof ProfileSchema> {
  const { person, name, bio, sealingKey, updatedAt } = profile;
  return { id: idText(person), name, bio, sealingKey: toBase64Url(sealingKey), updatedAt: timeText(updatedAt) };
}

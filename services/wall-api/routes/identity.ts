/** Making a person on this phone, and bringing one back. */

import { invalidRequest } from '../../shared/http/problem-details.ts';
import { Type } from '../../shared/http/type.ts';
import { MAX_PASSPHRASE_CHARACTERS, MIN_PASSPHRASE_CHARACTERS } from '../core/identity/passphrase.ts';
import { cleanName, MAX_NAME_CHARACTERS } from '../core/identity/profile.ts';
import type { WallRoutes } from './route-context.ts';
import { IdText, idText } from './schema.ts';
import { SessionSchema, sessionText } from './session.ts';

const MAX_PHRASE_CHARACTERS = 512;
/** Each costs a memory-hard key derivation. */
const COST = 30;

const IdentityBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_NAME_CHARACTERS,
        description: 'The name others see. Required for a new person.',
        examples: ['Ada'],
      }),
    ),
    passphrase: Type.String({
      minLength: MIN_PASSPHRASE_CHARACTERS,
      maxLength: MAX_PASSPHRASE_CHARACTERS,
      description: 'Guards the keys on this phone; it never leaves it.',
      examples: ['correct horse battery staple'],
    }),
    recoveryPhrase: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_PHRASE_CHARACTERS,
        description: 'Brings back the person it belongs to: 12 or 24 words.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const IdentitySchema = Type.Object(
  {
    person: Type.Object({ id: IdText, name: Type.String() }),
    recoveryPhrase: Type.String({ description: 'Write it down: it is the only way back, and not shown again.' }),
    session: SessionSchema,
  },
  { description: 'The person is on this phone and logged in.' },
);

export const identityRoutes: WallRoutes = async (app, { context }) => {
  app.post(
    '/v1/identity',
    {
      schema: {
        summary: 'Make a person, or bring one back by their recovery phrase',
        description:
          'With a `name`, makes a new person with fresh keys. With a `recoveryPhrase`, brings its person back on this ' +
          'phone under this passphrase, also when they are here already and have forgotten the old one; a `name` ' +
          'then renames them. Takes no Idempotency-Key, for its answer is a secret that is not kept.',
        tags: ['identity'],
        body: IdentityBody,
        response: { 201: IdentitySchema },
      },
      config: {
        cost: COST,
        problems: [
          'invalid-recovery-phrase',
          'no-profile',
          'too-many-people',
          'too-many-logins',
          'too-few-replicas',
          'ring-unavailable',
          'ring-timeout',
          'over-quota',
        ],
      },
    },
    async (request, reply) => {
      const { passphrase, recoveryPhrase } = request.body;
      const name = request.body.name === undefined ? undefined : requireName(request.body.name);
      const made =
        recoveryPhrase === undefined
          ? await context.people.create(name ?? missingName(), passphrase)
          : await context.people.restore(recoveryPhrase, passphrase, name);
      const person = idText(made.person.person);
      // Whoever forgot the passphrase may have lost the phone with a session on it.
      if (recoveryPhrase !== undefined) context.sessions.closeAllOf(made.person.person);
      return reply
        .code(201)
        .header('location', `/v1/people/${person}`)
        .send({
          person: { id: person, name: made.profile.name },
          recoveryPhrase: made.recoveryPhrase,
          session: sessionText(context.sessions.open(made.person)),
        });
    },
  );
};

/** A name as it will be shown. Throws invalid-request for one of spaces or with control characters. */
export function requireName(name: string): string {
  const clean = cleanName(name);
  if (clean === undefined) {
    const detail = 'must have visible characters and no control characters';
    throw invalidRequest([{ in: 'body', pointer: '/name', detail }]);
  }
  return clean;
}

function missingName(): never {
  throw invalidRequest([{ in: 'body', pointer: '/name', detail: 'is missing' }]);
}

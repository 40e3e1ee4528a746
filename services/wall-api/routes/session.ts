/** Logging in by a proof of knowledge (core/identity/login.ts), and out. */

import { invalidRequest } from '../../shared/http/problem-details.ts';
import { Type } from '../../shared/http/type.ts';
import { fromBase64Url, toBase64Url } from '../core/base64url.ts';
import { SEALED_UNLOCK_BYTES } from '../core/identity/login-terms.ts';
import type { OpenedSession } from '../core/identity/session.ts';
import { bearerToken } from '../plugins/session-guard.ts';
import type { WallRoutes } from './route-context.ts';
import { IdText, idText, readId, TimeText, timeText } from './schema.ts';

/** Answers cost the phone some curve arithmetic, and are guesses when they are wrong. */
const CHALLENGE_COST = 5;
const ANSWER_COST = 10;

export const SessionSchema = Type.Object({
  token: Type.String({ description: 'Send it as `Authorization: Bearer TOKEN`. Ends when the phone restarts.' }),
  expiresAt: Type.String({ format: 'date-time', description: 'Unless it is used before; use moves it on.' }),
});

const Bytes = (length: number, description: string) =>
  Type.String({
    minLength: Math.ceil((length * 4) / 3),
    maxLength: Math.ceil((length * 4) / 3),
    pattern: '^[A-Za-z0-9_-]*$',
    description: `${description} ${length} bytes in base64url.`,
  });

const ChallengeSchema = Type.Object(
  {
    challengeId: Type.String(),
    person: IdText,
    phone: IdText,
    salt: Bytes(16, 'Salt of the derivation.'),
    kdf: Type.Object({
      algorithm: Type.Literal('scrypt'),
      n: Type.Integer(),
      r: Type.Integer(),
      p: Type.Integer(),
    }),
    nonce: Bytes(32, 'Fresh for every challenge.'),
    ephemeral: Bytes(32, 'Ephemeral ristretto255 element of the phone, to seal the unlock key with.'),
    expiresAt: TimeText,
  },
  { description: 'Prove it before it expires; it is good for one answer.' },
);

const AnswerBody = Type.Object(
  {
    challengeId: Type.String({ minLength: 1, maxLength: 64 }),
    commitment: Bytes(32, 'R of the proof.'),
    response: Bytes(32, 'Response of the proof, little-endian.'),
    sealedUnlock: Bytes(SEALED_UNLOCK_BYTES, 'The unlock key, sealed for the phone.'),
  },
  { additionalProperties: false },
);

export const sessionRoutes: WallRoutes = async (app, { context }) => {
  app.post(
    '/v1/session/challenge',
    {
      schema: {
        summary: 'Ask for a challenge to log in',
        description: 'Answers alike for people this phone does not know.',
        tags: ['identity'],
        body: Type.Object({ person: IdText }, { additionalProperties: false }),
        response: { 201: ChallengeSchema },
      },
      config: { cost: CHALLENGE_COST, problems: ['too-many-logins'] },
    },
    async (request, reply) => {
      const challenge = await context.logins.challenge(readId(request.body.person));
      const { n, r, p } = challenge.cost;
      return reply.code(201).send({
        challengeId: challenge.challengeId,
        person: idText(challenge.person),
        phone: idText(challenge.phone),
        salt: toBase64Url(challenge.salt),
        kdf: { algorithm: 'scrypt', n, r, p },
        nonce: toBase64Url(challenge.nonce),
        ephemeral: toBase64Url(challenge.ephemeral),
        expiresAt: timeText(challenge.expiresAt),
      });
    },
  );

  app.post(
    '/v1/session',
    {
      schema: {
        summary: 'Log in by proving knowledge of the passphrase',
        description: 'A Schnorr proof, as docs/decisions/login-proves-knowledge.md has it; no passphrase is sent.',
        tags: ['identity'],
        body: AnswerBody,
        response: { 201: SessionSchema },
      },
      config: { cost: ANSWER_COST, problems: ['login-failed'] },
    },
    async (request, reply) => {
      const { challengeId, commitment, response, sealedUnlock } = request.body;
      const person = await context.logins.answer({
        challengeId,
        proof: {
          commitment: requireBytes(commitment, '/commitment', 32),
          response: requireBytes(response, '/response', 32),
        },
        sealedUnlock: requireBytes(sealedUnlock, '/sealedUnlock', SEALED_UNLOCK_BYTES),
      });
      return reply.code(201).send(sessionText(context.sessions.open(person)));
    },
  );

  app.delete(
    '/v1/session',
    {
      schema: {
        summary: 'Log out',
        tags: ['identity'],
        response: { 204: Type.Null({ description: 'The session has ended.' }) },
      },
      config: { session: 'required' },
    },
    async (request, reply) => {
      context.sessions.close(bearerToken(request) ?? '');
      return reply.code(204).send(null);
    },
  );
};

/** A session as the API shows it. */
export function sessionText(session: OpenedSession): { token: string; expiresAt: string } {
  return { token: session.token, expiresAt: timeText(session.expiresAt) };
}

function requireBytes(text: string, pointer: string, length: number): Uint8Array {
  const bytes = fromBase64Url(text, length);
  if (bytes === undefined)
    throw invalidRequest([{ in: 'body', pointer, detail: `must be ${length} bytes in base64url` }]);
  return bytes;
}

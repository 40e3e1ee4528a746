/**
 * What every route works with, and how routes declare what they need.
 *
 * A file in routes/ exports one plugin `export const xRoutes: WallRoutes = async (app, { context }) => { … }` and is
 * listed in routes/all.ts. A route says in its `config` what the plugins do for it:
 *
 * - `session: 'required'` answers 401 without a valid session; the handler takes the person with
 *   `personOf(request)`. `'optional'` takes one when there is one (`viewerOf(request)`); a bad token is still a 401.
 * - `cost`: tokens of the rate limit it takes; by default POST 3, PUT and PATCH 2, DELETE 1, reads 1.
 * - `idempotent: true` (POST, with a session): honours `Idempotency-Key`. A first try that failed half-way is done
 *   again under the same key; `firstTriedAt(request)` of plugins/idempotency.ts gives the time of the first try, so a
 *   record stamped with it comes out the same.
 * - `problems`: slugs of core/problem.ts it may answer beyond those that follow from the rest; for the documentation.
 *
 * Schemas are TypeBox (`import { Type } from '../../shared/http/type.ts'`) with `summary` and `tags`; bodies and queries are objects with `additionalProperties: false`; responses are in `schema.response`. Handlers throw `Problem`, never reply
 * with errors by hand. Ids in JSON and paths are UUIDs (`IdText` of routes/schema.ts; `readId` gives the Id).
 * Entity tags: `setEtag(reply, version)`, `checkIfMatch(request, version, { required })` of plugins/entity-tag.ts.
 */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CanServiceDefinition } from '../../../proto/gen/ringwall/can/v1/can.ts';
import type { ChordServiceDefinition } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../../shared/core/contact.ts';
import type { Service } from '../../shared/runtime/grpc/rpc.ts';
import type { Logins } from '../core/identity/login.ts';
import type { People } from '../core/identity/people.ts';
import type { Profiles } from '../core/identity/profile.ts';
import type { Sessions } from '../core/identity/session.ts';
import type { Meaning } from '../core/meaning/meaning.ts';
import type { PictureMaker } from '../core/media/media-picture.ts';
import type { Ring } from '../core/ring/ring-client.ts';
import type { WallSettings } from '../core/settings.ts';
import type { Social } from '../core/social.ts';
import type { WallCrypto } from '../core/wall-crypto.ts';

export interface RouteContext {
  /** The phone's router as it is, for what `ring` does not cover (lookups, status). */
  readonly chord: Service<typeof ChordServiceDefinition>;
  /** The phone's index of meanings as it is, for its status. */
  readonly can: Service<typeof CanServiceDefinition>;
  readonly meaning: Meaning;
  readonly ring: Ring;
  readonly people: People;
  readonly logins: Logins;
  readonly profiles: Profiles;
  readonly sessions: Sessions;
  /** Posts, friends, feeds: what people do. */
  readonly social: Social;
  readonly pictures: PictureMaker;
  readonly crypto: WallCrypto;
  /** This phone: its node id and peer address. */
  readonly phone: Contact;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A number in [0, 1); for jitter and sampling, never for secrets. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly settings: WallSettings;
  /** Aborted when the phone stops: long-lived answers (event streams) end on it. */
  readonly stopping: AbortSignal;
}

export type WallRoutes = FastifyPluginAsyncTypebox<{ context: RouteContext }>;

/** Starts a phone's wall API over its chord router, in-process or remote. */
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import type { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import type { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import type { Contact } from '../shared/core/contact.ts';
import type { Service } from '../shared/runtime/grpc/rpc.ts';
import { formatHostPort, type HostPort } from '../shared/runtime/network/host-port.ts';
import { listenError } from '../shared/runtime/network/listen-error.ts';
import { makeDataFolder } from '../shared/runtime/program/data-folder.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { CanMeaning } from './adapters/can-meaning.ts';
import { ChordRing } from './adapters/chord-ring.ts';
import { SqliteIdempotencyStore } from './adapters/idempotency-store.ts';
import { ImageProcess } from './adapters/image-process.ts';
import { FileKeystore } from './adapters/keystore.ts';
import { createWallCrypto } from './adapters/node-crypto.ts';
import { SqlitePostMemory } from './adapters/post-memory.ts';
import { after } from './adapters/timer.ts';
import { openWallDatabase } from './adapters/wall-database.ts';
import { type AppOptions, createApp } from './app.ts';
import { Logins } from './core/identity/login.ts';
import { People } from './core/identity/people.ts';
import { Profiles } from './core/identity/profile.ts';
import { Sessions } from './core/identity/session.ts';
import { DEFAULT_WALL_SETTINGS, type WallSettings } from './core/settings.ts';
import { createSocial } from './core/social.ts';
import type { RouteContext } from './routes/route-context.ts';

export { readWallApiSettings, WALL_API_VARIABLES, type WallApiSettings } from './environment.ts';

export interface WallApiOptions {
  readonly chord: Service<typeof ChordServiceDefinition>;
  readonly can: Service<typeof CanServiceDefinition>;
  readonly embedder: Service<typeof EmbedderServiceDefinition>;
  /** The phone's data folder; `people/` and `wall.sqlite` in it are the wall's. */
  readonly dataDir: string;
  /** Port 0 picks a free one. */
  readonly listen: HostPort;
  /** This phone: its node id and peer address. */
  readonly phone: Contact;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly settings?: Partial<WallSettings>;
  /** Milliseconds since the epoch; the wall clock by default. */
  readonly now?: () => number;
}

export interface RunningWallApi {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  /** Ends event streams and requests under way, and closes everything. */
  stop(): Promise<void>;
}

/** Serves when it resolves. Throws a ConfigurationError when it cannot listen, or another process has its data folder. */
export async function startWallApi(options: WallApiOptions): Promise<RunningWallApi> {
  const hosts = [...(options.settings?.hosts ?? []), options.listen.host];
  const wall = await assembleWall({ ...options, settings: { ...options.settings, hosts } });
  const { app } = wall;
  try {
    const { host, port } = options.listen;
    await app.listen({ host, port }).catch((error: unknown) => {
      throw listenError(error, { host, port });
    });
    const address = app.server.address();
    if (address === null || typeof address === 'string') throw new Error('the wall API listens on no port');
    return { url: `http://${formatHostPort({ host, port: address.port })}`, stop: () => wall.close() };
  } catch (error) {
    await wall.close();
    throw error;
  }
}

type AssemblyOptions = Omit<WallApiOptions, 'listen'> & Pick<AppOptions, 'checkAnswers' | 'routes'>;

/** The wall's parts put together, not listening yet. `close` frees all of them. */
export async function assembleWall(options: AssemblyOptions) {
  const { chord, can, embedder, dataDir, phone, registry } = options;
  const logger = options.logger.child({ service: 'wall-api' });
  const settings = { ...DEFAULT_WALL_SETTINGS, ...options.settings };
  const now = options.now ?? Date.now;
  await makeDataFolder(dataDir);
  // First of all: it is locked while it is open, which keeps a second process from the whole folder.
  const database = openWallDatabase(join(dataDir, 'wall.sqlite'));
  const idempotency = new SqliteIdempotencyStore(database, settings.idempotencyMs);
  const memory = new SqlitePostMemory(database);
  const crypto = createWallCrypto();
  const ring = new ChordRing(chord, crypto);
  const profiles = new Profiles(ring, crypto, now);
  const keystore = new FileKeystore(dataDir, crypto, logger);
  const { maxPeople, kdf, challengeMs } = settings;
  const people = await People.open({ ring, profiles, keystore, crypto, now, maxPeople, kdf });
  const phoneSecret = await keystore.phoneSecret();
  const logins = new Logins({ people, crypto, now, phone: phone.id, challengeMs, kdf, phoneSecret });
  const sessions = new Sessions(crypto, now);
  const crashed = (error: unknown): void => logger.error({ err: error }, 'work in the background failed');
  const random = Math.random;
  const meaning = new CanMeaning({ can, embedder });
  const social = createSocial({ ring, crypto, profiles, meaning, memory, now, random, after, crashed });
  const pictures = new ImageProcess();
  const stopping = new AbortController();
  const context: RouteContext = {
    ...{ chord, can, meaning, ring, people, profiles, logins, sessions, social, pictures, crypto, phone, now, random },
    ...{ logger, registry, settings, stopping: stopping.signal },
  };
  const { checkAnswers, routes } = options;
  const app = await createApp({ context, idempotency, checkAnswers, routes });
  const closeAll = async (): Promise<void> => {
    stopping.abort();
    social.stop();
    pictures.stop();
    await app.close();
    database.close();
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeAll());
  return { app, context, close };
}

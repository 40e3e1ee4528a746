/** A phone's wall API over a ring in memory, driven by inject: no socket, a clock that tests move, a cheap KDF. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { type Id, parseId } from '../../../services/shared/core/id.ts';
import type { WallSettings } from '../../../services/wall-api/core/settings.ts';
import type { WallRoutes } from '../../../services/wall-api/routes/route-context.ts';
import { assembleWall } from '../../../services/wall-api/start.ts';
import { MemoryRing } from './memory-ring.ts';

type Assembled = Awaited<ReturnType<typeof assembleWall>>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD';

/** What JSON.parse gives: tests look into answers freely. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body when it is JSON. */
  readonly body: Json;
}

export interface Ask {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface MadePerson {
  readonly id: string;
  readonly key: Id;
  readonly token: string;
  readonly recoveryPhrase: string;
  readonly passphrase: string;
}

export interface WallFixture {
  readonly ring: MemoryRing;
  readonly clock: { nowMs: number };
  readonly dataDir: string;
  /** The assembled wall; another one after `restart`. */
  readonly wall: () => Assembled;
  ask(method: Method, path: string, ask?: Ask): Promise<Answer>;
  /** Sends exactly these options. */
  inject(options: InjectOptions): Promise<Answer>;
  person(name?: string, passphrase?: string): Promise<MadePerson>;
  /** Stops the wall and starts it again on the same folder. */
  restart(): Promise<void>;
}

export interface FixtureOptions {
  readonly ring?: MemoryRing;
  readonly settings?: Partial<WallSettings>;
  /** Routes in place of all. */
  readonly routes?: readonly WallRoutes[];
  /** Default: a new one, removed after the test. */
  readonly dataDir?: string;
  /** What is logged, line by line. */
  readonly log?: string[];
}

const CHEAP_KDF = { n: 16, r: 1, p: 1 };
const START_MS = Date.parse('2025-11-22T12:00:00Z');

export async function openWall(options: FixtureOptions = {}): Promise<WallFixture> {
  const ring = options.ring ?? new MemoryRing();
  const clock = { nowMs: START_MS };
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ringwall-wall-')));
  const logger =
    options.log === undefined
      ? pino({ level: 'silent' })
      : pino({ level: 'trace' }, { write: (line: string) => void options.log!.push(line) });
  const assemble = (): Promise<Assembled> =>
    assembleWall({
      chord: ring.service,
      can: ring.meaning.can,
      embedder: ring.meaning.embedder,
      dataDir,
      phone: { id: parseId(ring.self.id)!, address: ring.self.address },
      logger,
      registry: new Registry(),
      settings: { kdf: CHEAP_KDF, ...options.settings },
      now: () => clock.nowMs,
      checkAnswers: true,
      routes: options.routes,
    });
  let wall = await assemble();
  onTestFinished(async () => {
    await wall.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const inject = async (request: InjectOptions): Promise<Answer> => {
    const response = await wall.app.inject(request);
    const isJson = response.body !== '' && /[/+]json\b/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.body,
      body: isJson ? response.json() : undefined,
    };
  };
  const ask = (method: Method, path: string, { token, body, headers }: Ask = {}): Promise<Answer> =>
    inject({
      method,
      url: path,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  const person = async (name = 'Ada', passphrase = 'correct horse'): Promise<MadePerson> => {
    const { status, body, text } = await ask('POST', '/v1/identity', { body: { name, passphrase } });
    if (status !== 201) throw new Error(`no person was made: ${text}`);
    const { id } = body.person;
    const { recoveryPhrase, session } = body;
    return { id, key: parseId(id)!, token: session.token, recoveryPhrase, passphrase };
  };
  const restart = async (): Promise<void> => {
    await wall.close();
    wall = await assemble();
  };
  return { ring, clock, dataDir, wall: () => wall, ask, inject, person, restart };
}

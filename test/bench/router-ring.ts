/** Chord routers of one ring in this process, each with a store on the disk, for benches that drive them directly. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinkCarrier } from '../../services/chord-router/adapters/links/link-carrier.ts';
import { type ChordSettings, DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import { type RunningChordRouter, startChordRouter } from '../../services/chord-router/start.ts';
import { Registry } from '../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../services/shared/runtime/program/logging.ts';

export interface StartedRouter {
  readonly router: RunningChordRouter;
  readonly registry: Registry;
}

export interface RouterOptions {
  readonly dataFolder: string;
  /** What it joins through; undefined founds a ring. */
  readonly seed: string | undefined;
  /** Lets the holder ask for faults of its links. */
  readonly adminToken?: string | undefined;
  readonly chord?: Partial<ChordSettings>;
  /** What carries its links. Default: sockets. */
  readonly carrier?: LinkCarrier | undefined;
}

/** Begins to join when it resolves. */
export async function startRouter(options: RouterOptions): Promise<StartedRouter> {
  const { dataFolder, seed, adminToken, chord, carrier } = options;
  const registry = new Registry();
  const router = await startChordRouter({
    settings: {
      dataFolder,
      peerListen: { host: '127.0.0.1', port: 0 },
      advertise: undefined,
      seeds: seed === undefined ? [] : [seed],
      network: 'bench',
      verifyAddress: true,
      balanceId: true,
      peerTls: false,
      connectionsPerIp: undefined,
      adminToken,
      chord: { ...DEFAULT_SETTINGS, ...chord },
    },
    logger: createLogger('error'),
    registry,
    carrier,
  });
  return { router, registry };
}

const POLL_MS = 50;

export class RouterRing implements AsyncDisposable {
  readonly routers: readonly RunningChordRouter[];
  readonly #folder: string;

  private constructor(routers: readonly RunningChordRouter[], folder: string) {
    this.routers = routers;
    this.#folder = folder;
  }

  /** Started one after the other, and settled when it resolves. */
  static async start(size: number, options: Omit<RouterOptions, 'dataFolder' | 'seed'>): Promise<RouterRing> {
    const folder = await mkdtemp(join(tmpdir(), 'ringwall-bench-'));
    const routers: RunningChordRouter[] = [];
    const ring = new RouterRing(routers, folder);
    try {
      for (let i = 0; i < size; i++) {
        const seed = routers[0]?.contact.address;
        const { router } = await startRouter({ ...options, dataFolder: join(folder, String(i)), seed });
        routers.push(router);
        await router.joined;
      }
      for (const { service } of routers)
        while (!(await service.getStatus({})).settled) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    } catch (error) {
      await ring[Symbol.asyncDispose]();
      throw error;
    }
    return ring;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.routers.map((router) => router.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

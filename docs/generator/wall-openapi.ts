/** The OpenAPI document of the wall API, as a phone serves it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idFromNumber } from '../../services/shared/core/id.ts';
import { Registry } from '../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../services/shared/runtime/program/logging.ts';
import { assembleWall, type WallApiOptions } from '../../services/wall-api/start.ts';
import type { OpenApi } from './rest.ts';

/** What a phone serves at /openapi.json. No ring is needed for that, so there is none. */
export async function wallOpenApi(): Promise<OpenApi> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringwall-docs-'));
  const noRing = (): Promise<never> => Promise.reject(new Error('there is no ring to ask'));
  const chord: WallApiOptions['chord'] = {
    lookup: noRing,
    put: noRing,
    get: noRing,
    getNearest: noRing,
    relay: noRing,
    identify: noRing,
    getStatus: noRing,
  };
  const can: WallApiOptions['can'] = {
    publish: noRing,
    withdraw: noRing,
    search: noRing,
    searchExactly: noRing,
    find: noRing,
    getStatus: noRing,
  };
  const embedder: WallApiOptions['embedder'] = { embed: noRing, project: noRing, getParameters: noRing };
  const wall = await assembleWall({
    ...{ chord, can, embedder },
    dataDir,
    phone: { id: idFromNumber(0n), address: '127.0.0.1:7400' },
    logger: createLogger('silent'),
    registry: new Registry(),
  });
  try {
    const response = await wall.app.inject('/openapi.json');
    return response.json<OpenApi>();
  } finally {
    await wall.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

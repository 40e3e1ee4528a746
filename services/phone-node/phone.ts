/** One phone: its services in this process, with a channel between them that needs no socket. */
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { startCanIndex } from '../can-index/start.ts';
import { startChordRouter } from '../chord-router/start.ts';
import { startEmbedder } from '../embedder/start.ts';
import { GrpcServer } from '../shared/runtime/grpc/grpc-server.ts';
import { inProcess } from '../shared/runtime/grpc/in-process.ts';
import { createRegistry } from '../shared/runtime/metrics/metrics.ts';
import { formatHostPort } from '../shared/runtime/network/host-port.ts';
import { type RunningProgram, unlessStopped } from '../shared/runtime/program/lifecycle.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { startWallApi } from '../wall-api/start.ts';
import type { PhoneSettings } from './environment.ts';
import { PhoneHealth } from './phone-health.ts';

/** What open calls of the sibling API get when it stops, in ms. */
const STOP_GRACE_MS = 500;

/** Resolves once the phone is a member of its ring and serves its API; rejects with the reason of `stopping`. */
export async function startPhone(
  settings: PhoneSettings,
  logger: Logger,
  stopping: AbortSignal,
): Promise<RunningProgram> {
  const crashed = (error: unknown, method: string): void => logger.error({ err: error, method }, 'a call crashed');
  const registry = createRegistry();
  await using starting = new AsyncDisposableStack();
  const health = new PhoneHealth(crashed);
  if (settings.healthListen !== undefined) {
    const address = await health.listen(settings.healthListen);
    logger.info({ health: formatHostPort(address) }, 'health is served');
    starting.defer(() => health.stop());
  }
  const embedder = await unlessStopped(startEmbedder({ settings: settings.embedder, logger, registry }), stopping);
  starting.defer(() => embedder.stop());
  const parameters = embedder.networkParameters;
  const router = await startChordRouter({ settings: settings.router, logger, registry, parameters });
  starting.defer(() => router.stop());
  const chord = inProcess(ChordServiceDefinition, router.service, crashed);
  const encoder = inProcess(EmbedderServiceDefinition, embedder.service, crashed);
  health.started();
  const phone = router.contact;
  const { seeds } = settings.router;
  const can = await startCanIndex({ settings: { seeds }, chord, embedder: encoder, phone, logger, registry });
  starting.defer(() => can.stop());
  router.serveRelayed('can-index', inProcess(RelayServiceDefinition, can.relay, crashed));
  let siblingApi: string | undefined;
  if (settings.chordListen !== undefined) {
    const server = new GrpcServer({ crashed });
    router.serveSiblings(server);
    server.add(EmbedderServiceDefinition, embedder.service);
    server.add(CanServiceDefinition, can.service);
    siblingApi = formatHostPort(await server.listen(settings.chordListen));
    starting.defer(() => server.stop(STOP_GRACE_MS));
  }
  const dataDir = settings.router.dataFolder;
  const index = inProcess(CanServiceDefinition, can.service, crashed);
  const siblings = { chord, can: index, embedder: encoder };
  const wall = await startWallApi({ ...settings.wall, ...siblings, dataDir, phone, logger, registry });
  starting.defer(() => wall.stop());
  await unlessStopped(router.joined, stopping);
  await can.join();
  health.ready(true);
  const running = starting.move();
  return {
    ready: { id: phone.id, api: wall.url, peer: phone.address, chord: siblingApi },
    async stop() {
      health.ready(false);
      await can.leave();
      await router.leave();
      await running.disposeAsync();
    },
    pause: () => running.disposeAsync(),
  };
}

/** Runs a chord router by itself, with the sibling API for a wall API beside it. */
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { askUntilUp } from '../shared/runtime/grpc/sibling.ts';
import { unlessStopped } from '../shared/runtime/program/lifecycle.ts';
import { runService } from '../shared/runtime/program/standalone-service.ts';
import { ALONE_VARIABLES, readAloneSettings } from './environment.ts';
import { startChordRouter } from './start.ts';

await runService({
  name: 'chord-router',
  purpose: "a phone's place on the ring and its records.",
  variables: ALONE_VARIABLES,
  readSettings: readAloneSettings,
  async start({ router: settings, chordListen, canAddress, embedderAddress, metricsListen }, surroundings) {
    const { stopping, logger, registry } = surroundings;
    let parameters: string | undefined;
    if (embedderAddress !== undefined) {
      const embedder = surroundings.connect(EmbedderServiceDefinition, embedderAddress);
      ({ networkParameters: parameters } = await askUntilUp(
        (options) => embedder.getParameters({}, options),
        stopping,
      ));
    }
    const router = await startChordRouter({ settings, logger, registry, parameters });
    surroundings.defer(() => router.stop());
    if (canAddress !== undefined) {
      router.serveRelayed('can-index', surroundings.connect(RelayServiceDefinition, canAddress));
    }
    const chord = await surroundings.serve(chordListen, (server) => router.serveSiblings(server));
    const metrics = await surroundings.serveMetrics(metricsListen);
    await unlessStopped(router.joined, stopping);
    const { id, address: peer } = router.contact;
    return { ready: { id, chord, peer, metrics }, leave: () => router.leave() };
  },
});

/** Runs a chord router by itself, with the sibling API for a wall API beside it. */
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { unlessStopped } from '../shared/runtime/lifecycle.ts';
import { askUntilUp } from '../shared/runtime/sibling.ts';
import { METRICS_LISTEN, runService } from '../shared/runtime/standalone-service.ts';
import { CHORD_ROUTER_VARIABLES, readChordRouterSettings, startChordRouter } from './start.ts';

await runService({
  name: 'chord-router',
  purpose: "a phone's place on the ring and its records.",
  variables: [
    ...CHORD_ROUTER_VARIABLES,
    {
      name: 'RINGWALL_CHORD_LISTEN',
      meaning: 'host:port of the sibling API (ChordService, AdminService, health)',
      fallback: '127.0.0.1:7500',
    },
    {
      name: 'RINGWALL_CAN_ADDRESS',
      meaning: "host:port of the can-index beside it, which answers what other phones' indexes ask",
      fallback: 'none',
    },
    {
      name: 'RINGWALL_EMBEDDER_ADDRESS',
      meaning: 'host:port of the embedder beside it, whose model and projection all phones of the network must have',
      fallback: 'none: a network without embedders',
    },
    METRICS_LISTEN,
  ],
  readSettings: (environment) => ({
    router: readChordRouterSettings(environment),
    chordListen: environment.hostPort('RINGWALL_CHORD_LISTEN', '127.0.0.1:7500'),
    canAddress: environment.optionalHostPort('RINGWALL_CAN_ADDRESS'),
    embedderAddress: environment.optionalHostPort('RINGWALL_EMBEDDER_ADDRESS'),
    metricsListen: environment.optionalHostPort(METRICS_LISTEN.name),
  }),
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

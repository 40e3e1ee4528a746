/** An index of meanings in a process of its own, beside the chord router and the embedder it works with. */
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import { askUntilUp, askWhoThisIs } from '../shared/runtime/grpc/sibling.ts';
import { runService } from '../shared/runtime/program/standalone-service.ts';
import { ALONE_VARIABLES, readAloneSettings } from './environment.ts';
import { startCanIndex } from './start.ts';

await runService({
  name: 'can-index',
  purpose: "a phone's zone of the space of meanings and the posts in it.",
  variables: ALONE_VARIABLES,
  readSettings: readAloneSettings,
  async start({ index: settings, chordAddress, embedderAddress, listen, metricsListen }, surroundings) {
    const { stopping, logger, registry } = surroundings;
    const chord = surroundings.connect(ChordServiceDefinition, chordAddress);
    const embedder = surroundings.connect(EmbedderServiceDefinition, embedderAddress);
    const phone = await askWhoThisIs(chord, stopping);
    await askUntilUp((options) => embedder.getParameters({}, options), stopping);
    const index = await startCanIndex({ settings, chord, embedder, phone, logger, registry });
    surroundings.defer(() => index.stop());
    const can = await surroundings.serve(listen, (server) => {
      server.add(CanServiceDefinition, index.service);
      server.add(RelayServiceDefinition, index.relay);
    });
    const metrics = await surroundings.serveMetrics(metricsListen);
    await index.join();
    return { ready: { can, metrics }, leave: () => index.leave() };
  },
});

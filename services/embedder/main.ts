/** An embedder in a process of its own: its model leaves the machine's memory with it. */
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { unlessStopped } from '../shared/runtime/program/lifecycle.ts';
import { runService } from '../shared/runtime/program/standalone-service.ts';
import { ALONE_VARIABLES, readAloneSettings } from './environment.ts';
import { startEmbedder } from './start.ts';

await runService({
  name: 'embedder',
  purpose: 'what texts mean, for the services of a phone.',
  variables: ALONE_VARIABLES,
  readSettings: readAloneSettings,
  async start({ embedder: settings, listen, metricsListen }, surroundings) {
    const { stopping, logger, registry } = surroundings;
    const started = await unlessStopped(startEmbedder({ settings, logger, registry }), stopping);
    surroundings.defer(() => started.stop());
    const embedder = await surroundings.serve(listen, (server) =>
      server.add(EmbedderServiceDefinition, started.service),
    );
    const metrics = await surroundings.serveMetrics(metricsListen);
    return { ready: { embedder, metrics } };
  },
});

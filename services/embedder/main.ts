/** An embedder in a process of its own: its model leaves the machine's memory with it. */
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { unlessStopped } from '../shared/runtime/lifecycle.ts';
import { METRICS_LISTEN, runService } from '../shared/runtime/standalone-service.ts';
import { EMBEDDER_VARIABLES, readEmbedderSettings, startEmbedder } from './start.ts';

await runService({
  name: 'embedder',
  purpose: 'what texts mean, for the services of a phone.',
  variables: [
    ...EMBEDDER_VARIABLES,
    {
      name: 'RINGWALL_EMBEDDER_LISTEN',
      meaning: 'host:port of EmbedderService (and health)',
      fallback: '127.0.0.1:7501',
    },
    METRICS_LISTEN,
  ],
  readSettings: (environment) => ({
    embedder: readEmbedderSettings(environment),
    listen: environment.hostPort('RINGWALL_EMBEDDER_LISTEN', '127.0.0.1:7501'),
    metricsListen: environment.optionalHostPort(METRICS_LISTEN.name),
  }),
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

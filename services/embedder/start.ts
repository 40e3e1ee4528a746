/** Starts a phone's embedder: a sentence encoder and the projection of its vectors. */
import type { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import type { Service } from '../shared/runtime/grpc/rpc.ts';
import { instrument, type Registry } from '../shared/runtime/metrics/metrics.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { chooseModel, networkParameters } from './adapters/chosen-model.ts';
import { createEmbedderService } from './adapters/embedder-service.ts';
import { EMBEDDER_METRICS } from './adapters/metrics.ts';
import { ResidentModel } from './adapters/resident-model.ts';
import { TextEmbedder } from './adapters/text-embedder.ts';
import type { EmbedderSettings } from './environment.ts';

export { EMBEDDER_VARIABLES, type EmbedderSettings, readEmbedderSettings } from './environment.ts';

export interface EmbedderOptions {
  readonly settings: EmbedderSettings;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface RunningEmbedder {
  readonly service: Service<typeof EmbedderServiceDefinition>;
  /** What all phones of a network must have in common, for the chord router's handshake. */
  readonly networkParameters: string;
  /** Lets the model go once what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * The model's files are there and whole when it resolves: where this machine has none, they are made. It is loaded when
 * it is first used. Throws a ConfigurationError when there is something wrong with the files.
 */
export async function startEmbedder({ settings, logger, registry }: EmbedderOptions): Promise<RunningEmbedder> {
  const log = logger.child({ service: 'embedder' });
  const chosen = await chooseModel(settings.modelFolder, (step) => log.info(step));
  const { model } = chosen;
  const metrics = instrument(registry, EMBEDDER_METRICS, { resident: () => Number(resident.resident) });
  const resident = new ResidentModel({
    model,
    idleMs: settings.idleMs,
    loaded(seconds) {
      metrics.coldStarts.inc();
      metrics.coldStartSeconds.observe(seconds);
      log.debug({ seconds }, 'the model is in memory');
    },
  });
  const embedder = new TextEmbedder({
    model: resident,
    maxTokens: model.maxTokens,
    ran(tokens, seconds) {
      metrics.tokens.inc(tokens);
      metrics.runSeconds.observe(seconds);
    },
  });
  const service = createEmbedderService({
    ...{ chosen, embedder },
    embedded(embedded, notUnderstood, seconds) {
      metrics.texts.inc({ outcome: 'embedded' }, embedded);
      metrics.texts.inc({ outcome: 'not-understood' }, notUnderstood);
      metrics.requestSeconds.observe(seconds);
    },
    failed: (error) => log.error({ err: error }, 'the model cannot be used'),
  });
  log.info({ parameters: networkParameters(chosen) }, 'the model is there');
  return { service, networkParameters: networkParameters(chosen), stop: () => embedder.close() };
}

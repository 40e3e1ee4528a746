/** What an embedder tells Prometheus. */
import { counter, gauge, histogram, SECONDS_BUCKETS } from '../../shared/runtime/metrics/metrics.ts';

export const EMBEDDER_METRICS = {
  texts: counter('ringwall_embedder_texts_total', 'Texts asked about, by outcome.', {
    outcome: ['embedded', 'not-understood'],
  }),
  tokens: counter('ringwall_embedder_tokens_total', 'Tokens that went through the network.'),
  runSeconds: histogram(
    'ringwall_embedder_run_duration_seconds',
    'Time a run of the network took, in which the process did nothing else.',
    SECONDS_BUCKETS,
  ),
  requestSeconds: histogram(
    'ringwall_embedder_request_duration_seconds',
    'Time until the vectors of a request were there.',
    SECONDS_BUCKETS,
  ),
  coldStarts: counter('ringwall_embedder_cold_starts_total', 'Times the model was loaded because it was wanted.'),
  coldStartSeconds: histogram(
    'ringwall_embedder_cold_start_duration_seconds',
    'Time that loading the model took.',
    SECONDS_BUCKETS,
  ),
  resident: gauge('ringwall_embedder_model_resident', '1 while the model is in memory.'),
} as const;

/**
 * What every route of the gateway works with. A file in routes/ exports one plugin `export const xRoutes: GatewayRoutes`
 * and is listed in app.ts. Handlers throw `Problem`; schemas are TypeBox's, of services/shared/http/type.ts.
 */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Registry } from 'prom-client';
import type { Instruments } from '../../shared/runtime/metrics/metrics.ts';
import type { Logger } from '../../shared/runtime/program/logging.ts';
import type { Scenario } from '../../shared/scenario/scenario.ts';
import type { EventHub } from '../adapters/event-hub.ts';
import type { GATEWAY_METRICS } from '../adapters/metrics.ts';
import type { NetworkSurvey } from '../adapters/network-survey.ts';
import type { PhoneClient } from '../adapters/phone-client.ts';
import type { PhoneProxy } from '../adapters/phone-proxy.ts';
import type { PhoneWatch } from '../adapters/phone-watch.ts';
import type { LabDriver } from '../core/lab.ts';
import type { PhoneBook } from '../core/phone-book.ts';
import type { ScenarioPlayer } from '../scenario/player.ts';

export interface RouteContext {
  readonly book: PhoneBook;
  readonly watch: PhoneWatch;
  readonly client: PhoneClient;
  readonly survey: NetworkSurvey;
  readonly hub: EventHub;
  readonly proxy: PhoneProxy;
  readonly lab: LabDriver;
  readonly player: ScenarioPlayer;
  /** Those that can be played, the shortest first. */
  readonly scenarios: readonly Scenario[];
  /** Whether there is an admin token. */
  readonly labEnabled: boolean;
  readonly instruments: Instruments<typeof GATEWAY_METRICS>;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Aborted when the gateway stops: long-lived answers end on it. */
  readonly stopping: AbortSignal;
}

export type GatewayRoutes = FastifyPluginAsyncTypebox<{ readonly context: RouteContext }>;

/**
 * The health of a phone for whoever watches over its process (an orchestrator's probes), on a port that serves nothing
 * else: gRPC health checking by the names that probes ask for. It is served before anything else of the phone, so that
 * one that takes its time is told from one that does not live.
 */
import { GrpcServer } from '../shared/runtime/grpc/grpc-server.ts';
import type { HostPort } from '../shared/runtime/network/host-port.ts';

export const PHONE_HEALTH = {
  /** SERVING while the process answers: if not, start it anew. */
  liveness: 'liveness',
  /** SERVING from when the phone has opened its disk and takes links of other phones. It may wait long for a ring. */
  startup: 'startup',
  /** SERVING while the phone is a member of its ring and serves its API; no more once it is told to stop. */
  readiness: 'readiness',
} as const;

/** What open calls get when the port closes, in ms. */
const STOP_GRACE_MS = 100;
/** Probes are few and small. */
const BOUNDS = { maxMessageBytes: 4_096, maxConnections: 32, maxStreamsPerConnection: 16 };

export class PhoneHealth {
  readonly #server: GrpcServer;

  constructor(crashed: (error: unknown, method: string) => void) {
    this.#server = new GrpcServer({ ...BOUNDS, crashed });
    this.#server.health.set(PHONE_HEALTH.liveness, true);
    this.#server.health.set(PHONE_HEALTH.startup, false);
    this.#server.health.set(PHONE_HEALTH.readiness, false);
  }

  /** Gives the address with the port that was picked where 0 was asked for. */
  listen(address: HostPort): Promise<HostPort> {
    return this.#server.listen(address);
  }

  started(): void {
    this.#server.health.set(PHONE_HEALTH.startup, true);
  }

  ready(isReady: boolean): void {
    this.#server.health.set(PHONE_HEALTH.readiness, isReady);
  }

  stop(): Promise<void> {
    return this.#server.stop(STOP_GRACE_MS);
  }
}

/** Asks a phone for faults of its links, over the AdminService of its sibling API; for tests and testnets. */
import { AdminServiceDefinition, FaultDirection, type FaultRule } from '../../../proto/gen/ringwall/admin/v1/admin.ts';
import { grpcClient } from '../../shared/runtime/grpc/grpc-client.ts';

/** What becomes of the frames between a phone and others. */
export interface PeerFault {
  /** Ids or ip:port of the other phones' peer APIs; undefined: every phone. */
  readonly peers?: readonly string[];
  /** What it sends (out), what it receives (in), or both, which is the default. */
  readonly direction?: 'in' | 'out';
  /** Nothing gets through. */
  readonly cut?: boolean;
  /** Added one way: drawn once a link and direction from this range, in ms. */
  readonly delayMs?: readonly [least: number, most: number];
  /** Mean of an exponential addition, in ms. */
  readonly jitterMs?: number;
  /** Part of the requests and replies that never arrive, 0 to 1. */
  readonly loss?: number;
  /** Part of the packets that are lost and sent again, so that what they belong to is late, 0 to 0.5. */
  readonly packetLoss?: number;
}

export interface PeerFaults {
  /** The same seed gives the same draws. */
  readonly seed: number;
  /** The first that fits counts; none heals all. */
  readonly rules: readonly PeerFault[];
  /** Undefined: they stay. */
  readonly expiresMs?: number;
}

const TIMEOUT_MS = 10_000;
const DIRECTIONS = { in: FaultDirection.IN, out: FaultDirection.OUT } as const;

/**
 * Puts these rules in the place of those that the phone is under. `sibling`: host:port of its sibling API. Throws an
 * RpcError: UNAUTHENTICATED for another token than the phone's, INVALID_ARGUMENT for rules that cannot be, UNAVAILABLE.
 */
export async function replaceFaults(sibling: string, token: string, faults: PeerFaults): Promise<void> {
  const { service, close } = grpcClient(AdminServiceDefinition, sibling, { token });
  try {
    const expiresMilliseconds = faults.expiresMs ?? 0;
    const set = { seed: faults.seed, rules: faults.rules.map(ruleOf), expiresMilliseconds };
    await service.replaceFaultRules({ set }, { timeoutMs: TIMEOUT_MS });
  } finally {
    close();
  }
}

function ruleOf({ peers, direction, ...fault }: PeerFault): FaultRule {
  const { cut = false, delayMs = [0, 0], jitterMs = 0, loss = 0, packetLoss = 0 } = fault;
  return {
    everyPhone: peers === undefined,
    peers: [...(peers ?? [])],
    direction: direction === undefined ? FaultDirection.BOTH : DIRECTIONS[direction],
    cut,
    delayLeastMilliseconds: delayMs[0],
    delayMostMilliseconds: delayMs[1],
    jitterMilliseconds: jitterMs,
    loss,
    packetLoss,
  };
}

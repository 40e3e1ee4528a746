/**
 * Where a phone that is new at its address takes its place: asks its seeds, over a link of its own that is gone before
 * the phone joins. The link needs an id, for which one of the candidates serves: nobody takes its owner for a member of
 * the ring until it notifies.
 */
import { status } from '@grpc/grpc-js';
import { Scheduler } from '../../../shared/core/scheduler.ts';
import { NodeHost } from '../../../shared/runtime/host.ts';
import { runTask } from '../../../shared/runtime/program/run-task.ts';
import { choosePosition } from '../../core/ring/choose-position.ts';
import { LinkPool } from '../links/link-pool.ts';
import type { LinkPoolOptions, PoolObserver } from '../links/link-pool-options.ts';
import { createIdentity, NONCES, type NodeKey, nodeId } from './node-identity.ts';

export interface FirstPositionOptions extends Pick<LinkPoolOptions, 'dial'> {
  readonly handshake: Omit<LinkPoolOptions['handshake'], 'identity'>;
  /** host:port of peer APIs. */
  readonly seeds: readonly string[];
  /** A task threw: a defect. */
  readonly crashed: (error: unknown, label: string) => void;
  /** Longest time all of it may take, in ms. Default: TIMEOUT_MS. */
  readonly timeoutMs?: number;
}

/** A phone whose seeds are silent does not wait for them here: joining does, with patience. */
const TIMEOUT_MS = 1_500;
/** What the choice falls on when nobody says anything. */
const FIRST_NONCE = 0;
const NOT_YET = { code: status.UNAVAILABLE, message: 'this phone is starting' };
/** What is wrong with a seed shows when the phone joins. */
const UNOBSERVED: PoolObserver = { linkOpened() {}, linkClosed() {}, refused() {}, turnedAway() {}, called() {} };

/** The nonce that gives the phone the most room on the ring. Never rejects for the seeds' sake. */
export async function chooseNonce(key: NodeKey, address: string, options: FirstPositionOptions): Promise<number> {
  const { handshake, seeds, dial, crashed, timeoutMs = TIMEOUT_MS } = options;
  const others = seeds.filter((seed) => seed !== address);
  if (others.length === 0) return FIRST_NONCE;
  const pool = new LinkPool({
    handshake: { ...handshake, identity: createIdentity(key, address, FIRST_NONCE, Date.now()) },
    serve: (_from, _request, answer) => answer({ refusal: NOT_YET }),
    lost: () => {},
    observer: UNOBSERVED,
    dial,
  });
  const scheduler = new Scheduler(new NodeHost({ peers: pool, store: () => {}, crashed }));
  try {
    const candidates = Array.from({ length: NONCES }, (_, nonce) => nodeId(address, nonce, key.publicKey));
    const chosen = await runTask(scheduler, choosePosition(candidates, others, timeoutMs), 'choose a position');
    return chosen ?? FIRST_NONCE;
  } finally {
    scheduler.stop();
    pool.stop();
  }
}

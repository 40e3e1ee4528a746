/** AdminService (proto/ringwall/admin/v1): what a test may do to this phone, over the faults of its links. */
import { status } from '@grpc/grpc-js';
import {
  type AdminServiceDefinition,
  FaultDirection as WireDirection,
  type FaultRule as WireRule,
  type FaultRuleSet as WireSet,
} from '../../../proto/gen/ringwall/admin/v1/admin.ts';
import { parseId } from '../../shared/core/id.ts';
import { BearerToken } from '../../shared/runtime/bearer-token.ts';
import type { Admission } from '../../shared/runtime/grpc/grpc-server.ts';
import { RpcError, type Service } from '../../shared/runtime/grpc/rpc.ts';
import { isCanonicalAddress } from '../../shared/runtime/network/host-port.ts';
import type { Logger } from '../../shared/runtime/program/logging.ts';
import type { FaultInjection } from './faults/fault-injection.ts';
import {
  type FaultDirection,
  type FaultRule,
  type FaultRuleSet,
  MAX_DELAY_MS,
  MAX_JITTER_MS,
  MAX_PACKET_LOSS,
  MAX_PEERS,
  MAX_RULES,
} from './faults/fault-rule.ts';

const DIRECTIONS: ReadonlyMap<number, readonly FaultDirection[]> = new Map([
  [WireDirection.UNSPECIFIED, ['in', 'out']],
  [WireDirection.BOTH, ['in', 'out']],
  [WireDirection.OUT, ['out']],
  [WireDirection.IN, ['in']],
]);

/** Lets in who shows the token. Without one nobody has to: the service itself refuses every call then. */
export function admissionOf(token: string | undefined): Admission | undefined {
  if (token === undefined) return undefined;
  const wanted = new BearerToken(token);
  return (authorization) => {
    if (wanted.isShownBy(authorization)) return;
    const fault = authorization === undefined ? 'is missing' : "is not this phone's";
    throw new RpcError(
      status.UNAUTHENTICATED,
      `the admin token ${fault}: send RINGWALL_ADMIN_TOKEN in the metadata as "authorization: Bearer TOKEN"`,
    );
  };
}

/** `faults` is undefined where no admin token is set. */
export function createAdminService(
  faults: FaultInjection | undefined,
  logger: Logger,
): Service<typeof AdminServiceDefinition> {
  const enabled = (): FaultInjection => {
    if (faults !== undefined) return faults;
    throw new RpcError(
      status.FAILED_PRECONDITION,
      'this phone takes no admin calls: start it with RINGWALL_ADMIN_TOKEN to let tests break its links',
    );
  };
  return {
    replaceFaultRules: async ({ set }) => {
      const injection = enabled();
      const wanted = setOf(set);
      injection.replace(wanted);
      logger.warn(
        { rules: wanted.rules.length, seed: wanted.seed },
        'fault rules replaced: links are broken on purpose',
      );
      return {};
    },
    getFaultRules: async () => ({ set: toWire(enabled().set) }),
    clearFaultRules: async () => {
      enabled().clear();
      logger.warn('fault rules cleared');
      return {};
    },
  };
}

function setOf(set: WireSet | undefined): FaultRuleSet {
  if (set === undefined) throw invalid('set must be given; ClearFaultRules takes all rules away');
  if (set.rules.length > MAX_RULES) throw invalid(`rules must be at most ${MAX_RULES}, not ${set.rules.length}`);
  const expiresMs = set.expiresMilliseconds === 0 ? undefined : set.expiresMilliseconds;
  return { seed: set.seed, rules: set.rules.map(ruleOf), expiresMs };
}

function ruleOf(rule: WireRule, at: number): FaultRule {
  const check = (holds: boolean, fault: string): void => {
    if (!holds) throw invalid(`rules[${at}]: ${fault}`);
  };
  const {
    delayLeastMilliseconds: least,
    delayMostMilliseconds: most,
    jitterMilliseconds,
    loss,
    packetLoss,
    cut,
  } = rule;
  const directions = DIRECTIONS.get(rule.direction);
  check(directions !== undefined, 'direction must be BOTH, OUT or IN');
  check(within(least, 0, most), 'delay_least_milliseconds must be from 0 to delay_most_milliseconds');
  check(within(most, 0, MAX_DELAY_MS), `delay_most_milliseconds must be from 0 to ${MAX_DELAY_MS}`);
  check(within(jitterMilliseconds, 0, MAX_JITTER_MS), `jitter_milliseconds must be from 0 to ${MAX_JITTER_MS}`);
  check(within(loss, 0, 1), 'loss must be a part from 0 to 1');
  check(within(packetLoss, 0, MAX_PACKET_LOSS), `packet_loss must be a part from 0 to ${MAX_PACKET_LOSS}`);
  check(!cut || most + jitterMilliseconds + loss + packetLoss === 0, 'a cut leaves nothing to be late or lost');
  return {
    peers: peersOf(rule, check),
    directions: new Set(directions),
    cut,
    delayMs: [least, most],
    jitterMs: jitterMilliseconds,
    loss,
    packetLoss,
  };
}

function peersOf(
  { everyPhone, peers }: WireRule,
  check: (holds: boolean, fault: string) => void,
): ReadonlySet<string> | undefined {
  check(everyPhone === (peers.length === 0), 'either every_phone or peers must say which phones it is about');
  check(peers.length <= MAX_PEERS, `peers must be at most ${MAX_PEERS}, not ${peers.length}`);
  if (everyPhone) return undefined;
  const names = peers.map((peer) => {
    const name = parseId(peer) ?? (isCanonicalAddress(peer) ? peer : undefined);
    check(name !== undefined, 'peers must be ids (32 hexadecimal digits) or ip:port of peer APIs');
    return name!;
  });
  return new Set(names);
}

/** False for what is no number, too. */
function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function toWire({ seed, rules, expiresMs }: FaultRuleSet): WireSet {
  return { seed, rules: rules.map(ruleToWire), expiresMilliseconds: Math.ceil(expiresMs ?? 0) };
}

function ruleToWire({ peers, directions, cut, delayMs, jitterMs, loss, packetLoss }: FaultRule): WireRule {
  return {
    everyPhone: peers === undefined,
    peers: [...(peers ?? [])],
    direction:
      directions.size === 2 ? WireDirection.BOTH : directions.has('out') ? WireDirection.OUT : WireDirection.IN,
    cut,
    delayLeastMilliseconds: delayMs[0],
    delayMostMilliseconds: delayMs[1],
    jitterMilliseconds: jitterMs,
    loss,
    packetLoss,
  };
}

function invalid(message: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, message);
}

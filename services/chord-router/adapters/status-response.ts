/** What a phone knows of itself and the ring, as ChordService.GetStatus tells it. */
import { type GetStatusResponse, PhoneState, RingState } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import type { NodeStatus } from '../core/node.ts';
import { toPhone } from './chord-service.ts';

const RING_STATES: Readonly<Record<NodeStatus['state'], RingState>> = {
  joining: RingState.JOINING,
  member: RingState.MEMBER,
  leaving: RingState.LEAVING,
};

export interface RecordStatus {
  readonly settled: boolean;
  readonly replication: number;
  readonly network: string;
  readonly parameters: string;
  readonly records: number;
  readonly bytes: number;
}

export function statusResponse(node: NodeStatus, records: RecordStatus): GetStatusResponse {
  return {
    self: toPhone(node.self),
    state: RING_STATES[node.state],
    predecessor: toPhone(node.predecessor),
    successors: node.successors.map(toPhone),
    predecessors: node.predecessors.map(toPhone),
    fingers: node.fingers.map(toPhone),
    known: node.known.map(({ contact, state, rttMs }) => ({
      phone: toPhone(contact),
      state: state === 'alive' ? PhoneState.ALIVE : PhoneState.SUSPECTED,
      rttMilliseconds: rttMs ?? 0,
    })),
    settled: records.settled,
    replication: records.replication,
    records: records.records,
    recordBytes: records.bytes,
    network: records.network,
    parameters: records.parameters,
    founded: node.founded,
  };
}

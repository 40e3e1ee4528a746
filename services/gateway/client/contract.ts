/** What a gateway answers, as types: those of the schemas its routes are checked against. Nothing of it is loaded. */
import type { Static } from '../../shared/http/type.ts';
import type { LabCommand } from '../core/lab-command.ts';
import type { LabSchema } from '../routes/lab.ts';
import type { LookupSchema } from '../routes/lookups.ts';
import type { LatencySchema, ZonesSchema } from '../routes/network.ts';
import type { PhoneSchema } from '../routes/phones.ts';
import type { PulseSchema } from '../routes/pulse.ts';

export type GatewayPhone = Static<typeof PhoneSchema>;
export type Lab = Static<typeof LabSchema>;
export type NetworkLatency = Static<typeof LatencySchema>;
export type NetworkZones = Static<typeof ZonesSchema>;
export type NetworkLookup = Static<typeof LookupSchema>;
export type Pulse = Static<typeof PulseSchema>;

/** Data of the event `snapshot`. */
export interface NetworkSnapshot {
  readonly phones: readonly GatewayPhone[];
  readonly pulse: Pulse;
}

/** Data of the event `phones`: those that changed, and the numbers of those that are forgotten. */
export interface PhoneChanges {
  readonly changed: readonly GatewayPhone[];
  readonly forgotten: readonly number[];
}

/** Data of the event `lab`: something was done, by itself or as a step of a scenario, or a scenario began or ended. */
export interface LabEvent {
  readonly command?: LabCommand['command'];
  readonly n?: number;
  readonly phones?: readonly number[];
  readonly count?: number;
  readonly scenario?: string;
  readonly phase?: 'began' | 'step' | 'playing' | 'settling' | 'mending' | 'ended';
  /** What could not be done, at the end of a scenario. */
  readonly refused?: readonly string[];
}

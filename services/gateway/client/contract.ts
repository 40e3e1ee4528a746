/** What a gateway answers, as types: those of the schemas its routes are checked against. Nothing of it is loaded. */
import type { Static } from '../../shared/http/type.ts';
import type { LabSchema } from '../routes/lab.ts';
import type { LatencySchema, ZonesSchema } from '../routes/network.ts';
import type { PhoneSchema } from '../routes/phones.ts';
import type { PulseSchema } from '../routes/pulse.ts';

export type GatewayPhone = Static<typeof PhoneSchema>;
export type Lab = Static<typeof LabSchema>;
export type NetworkLatency = Static<typeof LatencySchema>;
export type NetworkZones = Static<typeof ZonesSchema>;
export type Pulse = Static<typeof PulseSchema>;

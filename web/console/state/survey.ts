/** The network as a whole, as the gateway gathers it: zones, distances, and the pulse over the last minutes. */
import { signal } from '@preact/signals';
import type { NetworkLatency, NetworkZones, Pulse } from '../../../services/gateway/client/contract.ts';
import { ask } from './gateway.ts';
import { repeat } from './phones.ts';

/** As often as the gateway has something new. */
const ZONES_MS = 5_000;
const LATENCY_MS = 20_000;
const PULSE_MS = 1_000;
/** Ten minutes of it. */
const KEPT_PULSES = 600;

export const zones = signal<NetworkZones | undefined>(undefined);
export const latency = signal<NetworkLatency | undefined>(undefined);
/** The oldest first. */
export const pulses = signal<readonly Pulse[]>([]);

/** Asks for all of it until the function it gives is called. */
export function followSurvey(): () => void {
  const stops = [
    repeat(ZONES_MS, async (abort) => {
      zones.value = await ask<NetworkZones>('/v1/network/zones', abort);
    }),
    repeat(LATENCY_MS, async (abort) => {
      latency.value = await ask<NetworkLatency>('/v1/network/latency', abort);
    }),
    repeat(PULSE_MS, async (abort) => {
      const pulse = await ask<Pulse>('/v1/network/pulse', abort);
      pulses.value = [...pulses.peek(), pulse].slice(-KEPT_PULSES);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

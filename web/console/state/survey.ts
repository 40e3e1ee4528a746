/** What the gateway gathers when it is asked: zones and distances. */
import { signal } from '@preact/signals';
import type { NetworkLatency, NetworkZones } from '../../../services/gateway/client/contract.ts';
import { ask } from './gateway.ts';
import { repeat } from './repeat.ts';

/** As often as the gateway has something new, however many ask it. */
const ZONES_MS = 5_000;
const LATENCY_MS = 20_000;

export const zones = signal<NetworkZones | undefined>(undefined);
export const latency = signal<NetworkLatency | undefined>(undefined);

/** Asks for both until the function it gives is called. */
export function followSurvey(): () => void {
  const stops = [
    repeat(ZONES_MS, async (abort) => {
      zones.value = await ask<NetworkZones>('/v1/network/zones', abort);
    }),
    repeat(LATENCY_MS, async (abort) => {
      latency.value = await ask<NetworkLatency>('/v1/network/latency', abort);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

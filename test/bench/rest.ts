/** When a ring that nobody uses is at rest: its pauses of stabilisation have doubled up to their longest, no model is loaded. */
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';
import type { Member } from './fleet-figures.ts';

/** After so many of the longest pauses nothing is left to be said. */
const REST_PAUSES = 4;
const POLL_MS = 500;
const REST_MS = REST_PAUSES * DEFAULT_SETTINGS.stabiliseMaxMs;

export async function untilAtRest(onProgress: (step: string) => void): Promise<void> {
  onProgress(`letting the ring come to rest for ${REST_MS / 1000} s`);
  await delay(REST_MS);
}

/** Phones let go of the sentence encoder when nobody has used it for a while. */
export async function untilModelsLetGo(members: readonly Member[]): Promise<void> {
  for (const { metricsUrl } of members) {
    const isResident = async (): Promise<boolean> =>
      (await (await fetch(metricsUrl)).text()).includes('\nringwall_embedder_model_resident 1');
    while (await isResident()) await delay(POLL_MS);
  }
}

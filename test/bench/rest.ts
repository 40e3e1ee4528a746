/** When a ring that nobody uses is at rest: its pauses of stabilisation double up to their longest. */
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_SETTINGS } from '../../services/chord-router/core/settings.ts';

/** After so many of the longest pauses nothing is left to be said. */
const REST_PAUSES = 4;
const REST_MS = REST_PAUSES * DEFAULT_SETTINGS.stabiliseMaxMs;

export async function untilAtRest(onProgress: (step: string) => void): Promise<void> {
  onProgress(`letting the ring come to rest for ${REST_MS / 1000} s`);
  await delay(REST_MS);
}

/**
 * The ways into the network that scenario files may name: one end's part of a link, from the phone to the core of its
 * operator. Typical values, rounded. wifi: a home access point and its line (FCC, "Measuring Broadband America": cable
 * and fibre idle round trips of 10 to 30 ms). 4g, 3g: Grigorik, "High Performance Browser Networking", chapter 7 (round
 * trips of 40 to 100 ms and of 100 to 500 ms). satellite: a geostationary one, 35,786 km up and down: 240 ms at least.
 */
import type { LinkClass } from './scenario.ts';

export const LINK_CLASSES: readonly LinkClass[] = [
  {
    name: 'wifi',
    latencyMs: [4, 14],
    jitterMs: 2,
    loss: 0.001,
    upBitsPerSecond: 20e6,
    downBitsPerSecond: 50e6,
  },
  {
    name: '4g',
    latencyMs: [20, 45],
    jitterMs: 8,
    loss: 0.003,
    upBitsPerSecond: 8e6,
    downBitsPerSecond: 25e6,
  },
  {
    name: '3g',
    latencyMs: [60, 200],
    jitterMs: 30,
    loss: 0.01,
    upBitsPerSecond: 500e3,
    downBitsPerSecond: 2e6,
  },
  {
    name: 'satellite',
    latencyMs: [250, 290],
    jitterMs: 15,
    loss: 0.01,
    upBitsPerSecond: 1e6,
    downBitsPerSecond: 10e6,
  },
];

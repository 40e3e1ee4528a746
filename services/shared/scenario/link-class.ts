/** Kinds of lines between phones and the core of the network. */

/** The way from one phone into the network. What two phones have between them is composed of both ends' ways. */
export interface LinkClass {
  readonly name: string;
  /** One way, this end alone: drawn once a phone from this range. */
  readonly latencyMs: readonly [least: number, most: number];
  /** Mean of the exponential addition to each message. */
  readonly jitterMs: number;
  /** Probability that a packet is lost on this end's way, and has to be sent again. */
  readonly loss: number;
  /** Bits a second; undefined: no bound. */
  readonly upBitsPerSecond: number | undefined;
  readonly downBitsPerSecond: number | undefined;
}

/**
 * The ways into the network that there are names for: one end's part of a link, from the phone to the core of its
 * operator. Typical values, rounded. wifi: a home access point and its line (FCC, "Measuring Broadband America": cable
 * and fibre idle round trips of 10 to 30 ms). 4g, 3g: Grigorik, "High Performance Browser Networking", chapter 7 (round
 * trips of 40 to 100 ms and of 100 to 500 ms). satellite: a geostationary one, 35,786 km up and down: 240 ms at least.
 */
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

/**
 * The space of meanings: a torus of d axes, with whole coordinates 0 ≤ x < SPAN on each. Whole numbers, so that zones
 * tile it exactly and every phone computes the same.
 *
 * Source: Ratnasamy et al., "A scalable content-addressable network", SIGCOMM 2001, section 2.
 */

/** Coordinates of one axis. */
export const SPAN = 2 ** 32;

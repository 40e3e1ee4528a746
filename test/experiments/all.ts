/** The experiments there are, in the order in which --all runs them and the index lists them. */
import { CAN_EXACT } from './can-exact.ts';
import { CAN_HOPS } from './can-hops.ts';
import { CAN_LOAD } from './can-load.ts';
import { CAN_TAKEOVER } from './can-takeover.ts';
import { CHURN } from './churn.ts';
import type { Experiment } from './experiment.ts';
import { FEED_PRICE } from './feed-price.ts';
import { FEED_RECALL } from './feed-recall.ts';
import { FEED_SCALE } from './feed-scale.ts';
import { FEED_TOPICS } from './feed-topics.ts';
import { FIGURE_12 } from './figure-12.ts';
import { GET_COST } from './get-cost.ts';
import { LATENCY_STRETCH } from './latency-stretch.ts';
import { LOAD_BALANCE } from './load-balance.ts';
import { MASS_FAILURE } from './mass-failure.ts';
import { NAIVE_IDENTITY } from './naive-identity.ts';
import { PATH_LENGTH } from './path-length.ts';
import { PROJECTION } from './projection.ts';
import { RANDOM_FEED } from './random-feed.ts';
import { SESSION_TIMES } from './session-times.ts';

export const EXPERIMENTS: readonly Experiment[] = [
  LOAD_BALANCE,
  PATH_LENGTH,
  GET_COST,
  MASS_FAILURE,
  FIGURE_12,
  CHURN,
  SESSION_TIMES,
  LATENCY_STRETCH,
  NAIVE_IDENTITY,
  RANDOM_FEED,
  PROJECTION,
  CAN_HOPS,
  CAN_TAKEOVER,
  CAN_LOAD,
  CAN_EXACT,
  FEED_RECALL,
  FEED_SCALE,
  FEED_TOPICS,
  FEED_PRICE,
];

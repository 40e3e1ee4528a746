/** What a scenario says of links, as far as the fault rules of real phones can play it. */
import { SeededRandom } from '../../../services/shared/core/random.ts';
import type { LinkClass, Scenario } from '../../../services/shared/scenario/scenario.ts';
import { type LinkQuality, MAX_PACKET_LOSS } from '../../../testnet/control/control-protocol.ts';
import { numberOf } from './phone-deeds.ts';

const LINK_SALT = 0x27d4eb2f;

/** By the number of the phone's process: its way into the network, the same both ways. Empty without link classes. */
export function drawQualities({ seed, links, population }: Scenario): ReadonlyMap<number, LinkQuality> {
  const random = new SeededRandom(seed ^ LINK_SALT);
  const qualities = new Map<number, LinkQuality>();
  if (links.length === 0) return qualities;
  for (let phone = 0; phone < population.phones; phone++) {
    let left = random.next();
    const { link } = links.find(({ share }) => (left -= share) < 0) ?? links.at(-1)!;
    qualities.set(numberOf(phone), qualityOf(link, random));
  }
  return qualities;
}

/** What this stage cannot play of a scenario. */
export function limitsOf({ links, population, outages, roaming }: Scenario): readonly string[] {
  const classes = links.map(({ link }) => link);
  const isBounded = ({ upBitsPerSecond, downBitsPerSecond }: LinkClass): boolean =>
    upBitsPerSecond !== undefined || downBitsPerSecond !== undefined;
  const limits: string[] = [];
  if (classes.some(isBounded))
    limits.push('Links have no bound on their bandwidth: only delay, jitter and loss are played.');
  if (population.session !== undefined || outages.length > 0 || roaming !== undefined) {
    limits.push('What a phone sent between the last sample and its end is not counted.');
  }
  return limits;
}

function qualityOf({ latencyMs, jitterMs, loss }: LinkClass, random: SeededRandom): LinkQuality {
  const [least, most] = latencyMs;
  const delayMs = least + random.next() * (most - least);
  return { delayMs: [delayMs, delayMs], jitterMs, loss: 0, packetLoss: Math.min(loss, MAX_PACKET_LOSS) };
}

/**
 * The assumption on failures that N needs (naming.ts): one at a time, and none while a join or the repair of an earlier
 * failure is under way. Without it a phone may be all that knows of another, and die.
 */
import { FAIL, type Protocol } from './model.ts';
import { isIdeal } from './progress.ts';

const FAIL_WHILE_QUIET: Protocol['actions'][number] = {
  ...FAIL,
  perform: (network, at, choice) => network.naming.allPlaced && isIdeal(network) && FAIL.perform(network, at, choice),
};

export function failingOneByOne(protocol: Protocol): Protocol {
  return { ...protocol, actions: protocol.actions.map((action) => (action === FAIL ? FAIL_WHILE_QUIET : action)) };
}

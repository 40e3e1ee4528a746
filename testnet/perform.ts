/** What each command of a second terminal does to the testnet. */
import { runChurn } from './churn.ts';
import type { Perform } from './control/command-server.ts';
import type { Command } from './control/control-protocol.ts';
import { statusOf } from './status.ts';
import type { Testnet } from './testnet.ts';
import { TestnetError } from './testnet-error.ts';

/** `down` is called when the whole testnet shall end. */
export function performer(net: Testnet, down: () => void): Perform {
  let churning = false;
  const churn = async (
    command: Extract<Command, { command: 'churn' }>,
    report: (progress: string) => void,
    signal: AbortSignal,
  ): Promise<unknown> => {
    if (churning) throw new TestnetError('churn is under way already');
    churning = true;
    try {
      return await runChurn(net, { ...command, seed: command.seed ?? net.seed, report, signal });
    } finally {
      churning = false;
    }
  };
  return async (command, report, signal) => {
    switch (command.command) {
      case 'status':
        return await statusOf(net);
      case 'down':
        return down();
      case 'cut':
        return await net.faults.cut(command.phones, command.oneWay);
      case 'slow':
        return await net.faults.slow(command.phones, command);
      case 'heal':
        return await net.faults.heal();
      case 'join':
        return (await net.join(command.count)).map((phone) => ({ n: phone.n, api: phone.api }));
      case 'churn':
        return await churn(command, report, signal);
      case 'move':
        await moved(net, command.n);
        return { n: command.n, state: net.phone(command.n).state };
      case 'kill':
      case 'stop':
      case 'freeze':
      case 'thaw':
      case 'restart':
        await net[command.command](command.n);
        return { n: command.n, state: net.phone(command.n).state };
    }
  };
}

/** Who runs loses its network first: nobody hears it go. */
async function moved(net: Testnet, n: number): Promise<void> {
  if (net.phone(n).pid !== undefined) {
    await net.faults.vanish(n);
    await net.kill(n);
  }
  await net.move(n);
  await net.restart(n);
}

/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError } from 'commander';

export const DEFAULT_DATA = '.ringwall';

export interface SharedOptions {
  readonly data: string;
  readonly json: boolean;
}

/** Options of every command that speaks to a running testnet. */
export function withSharedOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'the folder of the testnet', DEFAULT_DATA)
    .option('--json', 'answer in JSON', false);
}

/** A reader of whole numbers for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A reader of numbers above zero for commander. */
export function positiveNumber(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number above 0 and at most ${most}.`);
  };
}

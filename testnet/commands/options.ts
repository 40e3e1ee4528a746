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

const DURATION = /^(\d+(?:\.\d+)?)(ms|s)$/;

/** A reader of times such as 200ms and 1.5s for commander, in milliseconds. */
export function duration(mostMs: number): (text: string) => number {
  return (text) => {
    const [, value, unit] = DURATION.exec(text) ?? [];
    const ms = Number(value) * (unit === 's' ? 1000 : 1);
    if (ms <= mostMs) return ms;
    throw new InvalidArgumentError(`It must be a time such as 200ms or 1.5s, at most ${mostMs}ms.`);
  };
}

/** A reader of a time or, as 50ms..200ms, a range of times. */
export function durationRange(mostMs: number): (text: string) => [least: number, most: number] {
  const one = duration(mostMs);
  return (text) => {
    const [least, most = least, ...more] = text.split('..');
    const range: [number, number] = [one(least!), one(most!)];
    if (more.length === 0 && range[0] <= range[1]) return range;
    throw new InvalidArgumentError('It must be a time, or a range such as 50ms..200ms.');
  };
}

/** A reader of parts of a whole, as 2% or 0.02, for commander. */
export function partUpTo(most: number): (text: string) => number {
  return (text) => {
    const [, value, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
    const share = Number(value) / (percent === '%' ? 100 : 1);
    if (share <= most) return share;
    throw new InvalidArgumentError(`It must be a part such as 2% or 0.02, at most ${100 * most}%.`);
  };
}

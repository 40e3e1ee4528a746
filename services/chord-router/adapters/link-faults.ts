/**
 * Faults on links, for tests and for breaking a testnet on purpose: a phone that is cut off hears nothing of this one
 * and is not heard, while the connection stands, as when a network drops every packet. The phone that called mutes a
 * link, so both sides of a cut have to be told of it.
 */
import type { LinkStream } from './link-stream.ts';

export class LinkFaults {
  readonly #dial: (address: string) => LinkStream;
  #cutOff: ReadonlySet<string> = new Set();

  constructor(dial: (address: string) => LinkStream) {
    this.#dial = dial;
  }

  /** From now on exactly these phones (host:port of their peer APIs) are cut off; none heals all. */
  cutOff(addresses: readonly string[]): void {
    this.#cutOff = new Set(addresses);
  }

  /** Opens a stream that falls silent while its other end is cut off. */
  dial(address: string): LinkStream {
    const stream = this.#dial(address);
    const muted = (): boolean => this.#cutOff.has(address);
    return {
      observedIp: stream.observedIp,
      channelKey: () => stream.channelKey(),
      listen: (listener) =>
        stream.listen({
          received: (message) => {
            if (!muted()) listener.received(message);
          },
          ended: (end) => listener.ended(end),
        }),
      write: (message, written) => (muted() ? setImmediate(written) : stream.write(message, written)),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      finish: () => stream.finish(),
      abort: (fault) => stream.abort(fault),
    };
  }
}

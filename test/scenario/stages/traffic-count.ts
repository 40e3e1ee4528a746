/** What phones sent in all, by their own metrics, over the ends of their processes. */
import type { PhoneProcess } from '../../../testnet/phone-process.ts';

export interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

const FRAMES = 'ringwall_chord_peer_sent_frames_total';
const BYTES = 'ringwall_chord_peer_sent_bytes_total';
const TIMEOUT_MS = 5_000;

export class TrafficCount {
  /** The last word of each process there was. */
  readonly #last = new Map<number, Traffic>();

  /** Asks those that run. Who does not answer counts as it last said; what a process sent after that is not known. */
  async count(phones: readonly PhoneProcess[]): Promise<Traffic> {
    await Promise.all(
      phones.map(async ({ pid, api }) => {
        const traffic = pid === undefined ? undefined : await trafficOf(api);
        if (traffic !== undefined) this.#last.set(pid!, traffic);
      }),
    );
    let messages = 0;
    let bytes = 0;
    for (const traffic of this.#last.values()) {
      messages += traffic.messages;
      bytes += traffic.bytes;
    }
    return { messages, bytes };
  }
}

async function trafficOf(api: string): Promise<Traffic | undefined> {
  try {
    const response = await fetch(`${api}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    const [messages, bytes] = [valueOf(text, FRAMES), valueOf(text, BYTES)];
    return messages === undefined || bytes === undefined ? undefined : { messages, bytes };
  } catch {
    return undefined;
  }
}

function valueOf(text: string, name: string): number | undefined {
  const line = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
  return line === null ? undefined : Number(line[1]);
}

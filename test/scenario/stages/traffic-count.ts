/** What phones sent in all, by their own metrics, over the ends of their processes, without what the stage made them send. */
import type { LivePhone } from './live-net.ts';

export interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

const FRAMES = 'ringwall_chord_peer_sent_frames_total';
const BYTES = 'ringwall_chord_peer_sent_bytes_total';
const TIMEOUT_MS = 5_000;
const NOTHING: Traffic = { messages: 0, bytes: 0 };

export class TrafficCount {
  /** The last word of each process there was. */
  readonly #last = new Map<number, Traffic>();
  /** What each process answered to the stage itself. */
  readonly #answers = new Map<number, Traffic>();

  /** A process sent the stage an answer, which is none of the ring's. */
  answered(pid: number, bytes: number): void {
    const before = this.#answers.get(pid) ?? NOTHING;
    this.#answers.set(pid, { messages: before.messages + 1, bytes: before.bytes + bytes });
  }

  /** Asks those that run, while none of them answers the stage. Who does not answer counts as it last said; what a process sent after that is not known. */
  async count(phones: readonly LivePhone[]): Promise<Traffic> {
    await Promise.all(
      phones.map(async ({ pid, api }) => {
        if (pid === undefined) return;
        const { messages, bytes } = this.#answers.get(pid) ?? NOTHING;
        const all = await trafficOf(api);
        if (all !== undefined) this.#last.set(pid, { messages: all.messages - messages, bytes: all.bytes - bytes });
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

/** The phone's events as they happen. EventSource cannot send a session's token, so the stream is read by fetch. */
import { createParser } from 'eventsource-parser';
import type { Api } from './client.ts';

export interface LiveEvent {
  /** `notification`, `reaction`, `post` or `gap`. */
  readonly type: string;
  readonly data: unknown;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Listens until the signal aborts, and comes back by itself after every interruption, with no event lost. */
export async function listen(api: Api, onEvent: (event: LiveEvent) => void, signal: AbortSignal): Promise<void> {
  let lastEventId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      if (id !== undefined) lastEventId = id;
      pauseMs = FIRST_PAUSE_MS;
      if (event !== undefined) onEvent({ type: event, data: JSON.parse(data) as unknown });
    },
  });
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const response = await api.open('/v1/events', { headers, signal });
      parser.reset();
      const decoder = new TextDecoder();
      for await (const bytes of response.body!) parser.feed(decoder.decode(bytes, { stream: true }));
    } catch {
      // Whatever it was, the next try tells whether it lasts.
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Feeds that readers are in the middle of: ranked once, shown page by page, so that no page repeats another. */
import type { Id } from '../../../shared/core/id.ts';
import { toBase64Url } from '../base64url.ts';
import { Problem } from '../problem.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { Ranking } from './ranking.ts';

export interface FeedSession {
  readonly id: string;
  readonly reader: Id;
  readonly ranking: Ranking;
  /** How much of it was shown. */
  readonly offset: number;
}

/** Feeds remembered; the one that was read longest ago goes first. Each takes some 40 KB. */
const MAX_SESSIONS = 128;
const ID_BYTES = 12;

export class FeedSessions {
  readonly #crypto: WallCrypto;
  readonly #sessions = new Map<string, Omit<FeedSession, 'offset'>>();

  constructor(crypto: WallCrypto) {
    this.#crypto = crypto;
  }

  open(reader: Id, ranking: Ranking): FeedSession {
    const id = toBase64Url(this.#crypto.randomBytes(ID_BYTES));
    const session = { id, reader, ranking };
    this.#remember(session);
    return { ...session, offset: 0 };
  }

  /** The feed that a position is in. Throws invalid-cursor when this phone has forgotten it. */
  find(position: string, reader: Id): FeedSession {
    const [id = '', offset] = position.split('.');
    const session = this.#sessions.get(id);
    if (session === undefined || session.reader !== reader) {
      throw new Problem('invalid-cursor', 'This feed was read too long ago: begin it anew.');
    }
    this.#remember(session);
    return { ...session, offset: Number(offset) };
  }

  position({ id }: FeedSession, offset: number): string {
    return `${id}.${offset}`;
  }

  #remember(session: Omit<FeedSession, 'offset'>): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
  }
}

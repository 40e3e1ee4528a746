/**
 * People who write and read all the while something happens to their phones: posts through one phone after the other, and
 * reads of acknowledged posts through others. What was acknowledged must be read, at once and for ever after.
 */
import { SeededRandom } from '../../services/shared/core/random.ts';
import { inParallel } from '../../testnet/in-parallel.ts';
import { type PostBody, request, WallClient } from '../integration/wall-client.ts';
import type { PhoneContainer } from './phone-container.ts';

export interface TrafficOptions {
  readonly seed: number;
  /** Reads that are under way at once, beside one write. Default: 2. */
  readonly readers?: number;
  /** Phones that people may use now. */
  readonly phones: () => readonly PhoneContainer[];
}

/** Posts of which the next to be read is drawn; older ones are read in the end. */
const RECENT = 200;
const READ_BACK_AT_ONCE = 8;

export class WallTraffic implements AsyncDisposable {
  readonly acknowledged: PostBody[] = [];
  /** What a read brought that should have brought a post, a sentence each. */
  readonly failedReads: string[] = [];
  reads = 0;
  /** Posts that no phone acknowledged: people would write them again. */
  refusedWrites = 0;
  readonly #options: TrafficOptions;
  readonly #random: SeededRandom;
  readonly #people = new Map<number, Promise<WallClient>>();
  /** Phones that people leave alone from now on, and the requests that each has under way. */
  readonly #avoided = new Set<number>();
  readonly #underWay = new Map<number, Set<Promise<unknown>>>();
  #stopped = false;
  #running: readonly Promise<void>[] = [];

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  /** Resolves once the first post is acknowledged. */
  async begin(): Promise<void> {
    while (this.acknowledged.length === 0) await this.#write();
    const { readers = 2 } = this.#options;
    this.#running = [
      this.#again(() => this.#write()),
      ...Array.from({ length: readers }, () => this.#again(() => this.#read())),
    ];
  }

  /** People use other phones than this one from now on; resolves when it has answered all it was asked. */
  async avoid({ n }: PhoneContainer): Promise<void> {
    this.#avoided.add(n);
    const underWay: Iterable<Promise<unknown>> = this.#underWay.get(n) ?? new Set<Promise<unknown>>();
    await Promise.allSettled(underWay);
  }

  useAgain({ n }: PhoneContainer): void {
    this.#avoided.delete(n);
    // Sessions end with a phone's process: its person signs in anew.
    this.#people.delete(n);
  }

  /** Ends it, and reads back every post that was acknowledged, through one phone after the other; those not read. */
  async end(): Promise<readonly string[]> {
    this.#stopped = true;
    await Promise.all(this.#running);
    const phones = this.#options.phones();
    const missing: string[] = [];
    await inParallel([...this.acknowledged.entries()], READ_BACK_AT_ONCE, async ([i, post]) => {
      const fault = await readFault(phones[i % phones.length]!, post);
      if (fault !== undefined) missing.push(fault);
    });
    return missing;
  }

  /** Ends it, if a test that failed has not. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #again(act: () => Promise<void>): Promise<void> {
    while (!this.#stopped) await act();
  }

  async #write(): Promise<void> {
    const phone = this.#somePhone();
    await this.#at(phone, async () => {
      let person = this.#people.get(phone.n);
      if (person === undefined) {
        person = WallClient.signUp(phone.api, `Somebody on phone ${phone.n}`);
        this.#people.set(phone.n, person);
      }
      const answer = await (await person).post(`Post ${this.acknowledged.length} of ${this.refusedWrites} and more.`);
      if (answer.status === 201) this.acknowledged.push(answer.body);
      else this.refusedWrites += 1;
    }).catch(() => {
      this.#people.delete(phone.n);
      this.refusedWrites += 1;
    });
  }

  async #read(): Promise<void> {
    const post = this.#random.pick(this.acknowledged.slice(-RECENT));
    const phone = this.#somePhone();
    const fault = await this.#at(phone, () => readFault(phone, post));
    this.reads += 1;
    if (fault !== undefined) this.failedReads.push(fault);
  }

  #somePhone(): PhoneContainer {
    return this.#random.pick(this.#options.phones().filter(({ n }) => !this.#avoided.has(n)));
  }

  async #at<T>({ n }: PhoneContainer, act: () => Promise<T>): Promise<T> {
    const under = this.#underWay.get(n) ?? new Set<Promise<unknown>>();
    this.#underWay.set(n, under);
    const acting = act();
    under.add(acting);
    try {
      return await acting;
    } finally {
      under.delete(acting);
    }
  }
}

/** Undefined when the phone gives the post as it was written. */
async function readFault({ n, api }: PhoneContainer, post: PostBody): Promise<string | undefined> {
  try {
    const { status, body } = await request<{ text?: string }>(`${api}/v1/posts/${post.id}`, { timeoutMs: 30_000 });
    if (status === 200 && body.text === post.text) return undefined;
    return `phone ${n} answered ${status} to post ${post.id}: ${JSON.stringify(body).slice(0, 300)}`;
  } catch (error) {
    return `phone ${n} did not answer to post ${post.id}: ${(error as Error).message}`;
  }
}

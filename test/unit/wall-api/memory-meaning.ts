/**
 * An encoder and an index of meanings in memory, behind their contracts. Words are directions: texts that share words are
 * near, so tests can say what should be found. One serves all the phones of a ring in memory.
 */
import { status } from '@grpc/grpc-js';
import {
  type CanServiceDefinition,
  CanState,
  ContactOutcome,
  type Entry,
  type Nearest,
  PublishOutcome,
} from '../../../proto/gen/ringwall/can/v1/can.ts';
import type { EmbedderServiceDefinition } from '../../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { dot } from '../../../services/shared/core/vector.ts';
import { RpcError, type Service } from '../../../services/shared/runtime/grpc/rpc.ts';

const DIMENSIONS = 64;
const PHONE = { id: '0'.repeat(31).concat('1'), address: '127.0.0.1:7401' };

export class MemoryMeaning {
  /** What is in the index, by post. */
  readonly entries = new Map<string, Entry>();
  /** What goes wrong; change it while it is in use. */
  readonly faults = { embedder: false, can: false, complete: true };

  readonly embedder: Service<typeof EmbedderServiceDefinition> = {
    embed: async ({ texts }) => {
      this.#mayFail(this.faults.embedder);
      return {
        texts: texts.map((text) => {
          const vector = vectorOf(text);
          return { embedding: vector && { vector: [...vector], place: undefined } };
        }),
      };
    },
    project: () => Promise.reject(new RpcError(status.UNIMPLEMENTED, 'not here')),
    getParameters: () =>
      Promise.resolve({ model: undefined, projection: undefined, networkParameters: 'words as directions' }),
  };

  readonly can: Service<typeof CanServiceDefinition> = {
    publish: async ({ entries }) => {
      this.#mayFail(this.faults.can);
      for (const entry of entries) this.entries.set(dashless(entry.post), entry);
      return { outcomes: entries.map(() => PublishOutcome.STORED) };
    },
    withdraw: async ({ post, vector }) => {
      this.#mayFail(this.faults.can);
      if (this.entries.get(dashless(post))?.vector.equals(vector) === true) this.entries.delete(dashless(post));
      return {};
    },
    search: async ({ vectors, limit, sinceMilliseconds }) => {
      this.#mayFail(this.faults.can);
      const answers = vectors.map((vector) => this.#nearest(floatsOf(vector), limit, sinceMilliseconds));
      const added = new Set(answers.flatMap(({ hits }) => hits.map(({ post }) => post))).size;
      const contacted = [{ phone: PHONE, milliseconds: 1, outcome: ContactOutcome.ANSWERED, added }];
      return { answers, contacted, routed: 1, milliseconds: 1 };
    },
    searchExactly: () => Promise.reject(new RpcError(status.UNIMPLEMENTED, 'not here')),
    find: () => Promise.reject(new RpcError(status.UNIMPLEMENTED, 'not here')),
    getStatus: async () => {
      this.#mayFail(this.faults.can);
      return {
        self: PHONE,
        state: CanState.MEMBER,
        axes: 2,
        zones: [{ path: [{ axis: 1, cut: 2 ** 30, upper: true, epoch: 0 }], epoch: 3 }],
        neighbours: [{ phone: { phone: PHONE, zones: [{ path: [], epoch: 0 }] }, load: 2, suspected: false }],
        links: [PHONE],
        entries: this.entries.size,
        ownedEntries: this.entries.size,
        sample: [...this.entries.keys()].map((post) => ({ post, point: [2 ** 31, 0] })),
      };
    },
  };

  #nearest(vector: Float32Array, limit: number, sinceMs: number): Nearest {
    const hits = [...this.entries.values()]
      .filter(({ createdAtMilliseconds }) => createdAtMilliseconds >= sinceMs)
      .map((entry) => ({ ...entry, similarity: dot(vector, floatsOf(entry.vector)), from: PHONE }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit);
    return { hits, complete: this.faults.complete };
  }

  #mayFail(fails: boolean): void {
    if (fails) throw new RpcError(status.UNAVAILABLE, 'not now');
  }
}

/** Undefined of a text without letters. */
function vectorOf(text: string): Float32Array | undefined {
  const words = text.toLowerCase().match(/[a-z]+/g);
  if (words === null) return undefined;
  const vector = new Float32Array(DIMENSIONS);
  for (const word of words) {
    let hash = 2_166_136_261;
    for (const character of word) hash = Math.imul(hash ^ character.codePointAt(0)!, 16_777_619);
    vector[(hash >>> 0) % DIMENSIONS]! += 1;
  }
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

function floatsOf(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(4 * i));
}

function dashless(post: string): string {
  return post.replaceAll('-', '');
}

/**
 * Makes pictures anew in short-lived processes (image-worker.ts), one at a time: a phone that is not taking in a
 * picture carries no decoder, and one that a picture crashes is none the worse for it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { isPictureType, type Picture, type PictureMaker, sniffPicture } from '../core/media/media-picture.ts';
import { Problem } from '../core/problem.ts';
import { Turns } from '../core/turns.ts';
import { EXIT_OVER_MEMORY, type WorkerHeader } from './image-answer.ts';

/** It has the ending of this file: both are TypeScript, or both JavaScript where they are bundled. */
const WORKER = join(import.meta.dirname, `image-worker${extname(import.meta.filename)}`);
/** A picture takes one core for half a second, a large animation for some seconds. */
const TIMEOUT_MS = 20_000;
const AT_ONCE = 1;
const MOST_WAITING = 4;
const BUSY_RETRY_S = 3;
/** The worker's own answers are smaller; a process that says more is out of its mind. */
const HEADER_ROOM_BYTES = 64 * 1024;
const MAX_COMPLAINT_CHARACTERS = 2_000;
const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=64'];

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: Buffer;
  readonly complaint: string;
}

export class ImageProcess implements PictureMaker {
  readonly #turns = new Turns(AT_ONCE, MOST_WAITING, () => {
    return new Problem('pictures-busy', undefined, { retryAfterS: BUSY_RETRY_S });
  });
  readonly #running = new Set<ChildProcess>();
  #stopped = false;

  async make(bytes: Uint8Array, maxBytes: number): Promise<Picture> {
    if (sniffPicture(bytes) === undefined) throw new Problem('not-a-picture');
    return await this.#turns.take(async () => pictureOf(await this.#run(bytes, maxBytes)));
  }

  /** Ends what is under way; pictures that come later are refused. */
  stop(): void {
    this.#stopped = true;
    for (const child of this.#running) child.kill('SIGKILL');
  }

  #mustNotBeStopped(): void {
    if (this.#stopped) throw new Problem('pictures-busy', 'This phone is stopping.', { retryAfterS: BUSY_RETRY_S });
  }

  async #run(bytes: Uint8Array, maxBytes: number): Promise<Ended> {
    this.#mustNotBeStopped();
    // No environment: what the phone was told is no business of a decoder.
    const child = spawn(process.execPath, [...NODE_OPTIONS, WORKER, String(maxBytes)], {
      env: {},
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    this.#running.add(child);
    try {
      const output = collect(child, maxBytes + HEADER_ROOM_BYTES);
      let complaint = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        complaint = (complaint + text).slice(0, MAX_COMPLAINT_CHARACTERS);
      });
      // A process that ended early reads no further; how it ended says why.
      child.stdin.on('error', () => undefined).end(bytes);
      const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
      this.#mustNotBeStopped();
      return { code, signal, output: output(), complaint };
    } finally {
      this.#running.delete(child);
    }
  }
}

/** Gathers what a process says, up to a bound, beyond which the process is killed. */
function collect(child: ChildProcess, maxBytes: number): () => Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  child.stdout!.on('data', (part: Buffer) => {
    length += part.length;
    if (length > maxBytes) child.kill('SIGKILL');
    else parts.push(part);
  });
  return () => Buffer.concat(parts);
}

function pictureOf({ code, signal, output, complaint }: Ended): Picture {
  if (signal !== null || code === EXIT_OVER_MEMORY) {
    throw new Problem('picture-unreadable', 'Decoding it takes more time or memory than a picture may.');
  }
  if (code !== 0) throw new Error(`the image worker ended with ${code}: ${complaint}`);
  const headerLength = output.readUInt32BE(0);
  const header = JSON.parse(output.toString('utf8', 4, 4 + headerLength)) as WorkerHeader;
  if (header.fault !== undefined) throw new Problem(`picture-${header.fault}`, header.detail);
  const { type, width, height, contentBytes, thumbnailBytes } = header;
  const body = output.subarray(4 + headerLength);
  if (!isPictureType(type) || body.length !== contentBytes + thumbnailBytes) {
    throw new Error('the image worker answered with something else than a picture');
  }
  return { type, width, height, content: body.subarray(0, contentBytes), thumbnail: body.subarray(contentBytes) };
}

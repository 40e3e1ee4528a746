/**
 * A process that makes one picture anew and ends: the picture comes on stdin, its maximum size as the argument, and the
 * answer goes to stdout as a u32 with the length of a JSON header, the header, the content and the thumbnail. Decoders
 * of hostile bytes are kept out of the phone's own process, and so are their tens of megabytes.
 */
import { constants, setPriority } from 'node:os';
import { buffer } from 'node:stream/consumers';
import type { Metadata, OutputInfo, Sharp, SharpOptions } from 'sharp';
import {
  KEPT_TYPE,
  MAX_ANIMATION_SIDE,
  MAX_PICTURE_FRAMES,
  MAX_PICTURE_PIXELS,
  MAX_PICTURE_SIDE,
  MAX_THUMBNAIL_BYTES,
  THUMBNAIL_SIDE,
} from '../core/media/media-picture.ts';
import { EXIT_OVER_MEMORY, type WorkerFault, type WorkerHeader } from './image-answer.ts';

/** Resident memory the process may take: 50 megapixels of a progressive JPEG need about 400 MiB. */
const MAX_RESIDENT_BYTES = 640 * 1024 * 1024;
const MEMORY_CHECK_MS = 20;

/** The only decoders that run; libvips has dozens. */
const LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
];
/** One after the other until the result is small enough: quality, and the part of the longest side that is left. */
const CONTENT_STEPS = [
  { quality: 82, scale: 1 },
  { quality: 70, scale: 0.75 },
  { quality: 60, scale: 0.5 },
] as const;
const THUMBNAIL_STEPS = [
  { quality: 70, scale: 1 },
  { quality: 45, scale: 1 },
  { quality: 35, scale: 0.75 },
  { quality: 25, scale: 0.5 },
] as const;
/** Of 0 to 6: a stronger one takes three times as long for a few percent. */
const EFFORT = 3;

class Refusal extends Error {
  readonly fault: WorkerFault;

  constructor(fault: WorkerFault, detail: string) {
    super(detail);
    this.fault = fault;
  }
}

type Open = (options: SharpOptions) => Sharp;
interface Encoded {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

async function main(maxBytes: number): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  setInterval(() => {
    if (process.memoryUsage.rss() > MAX_RESIDENT_BYTES) process.exit(EXIT_OVER_MEMORY);
  }, MEMORY_CHECK_MS).unref();
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  const input = await buffer(process.stdin);
  const open: Open = (options) => sharp(input, { limitInputPixels: MAX_PICTURE_PIXELS, failOn: 'error', ...options });
  await answer(() => remake(open, maxBytes));
}

async function answer(make: () => Promise<readonly [WorkerHeader, ...Buffer[]]>): Promise<void> {
  let parts: readonly [WorkerHeader, ...Buffer[]];
  try {
    parts = await make();
  } catch (error) {
    const fault = error instanceof Refusal ? error.fault : 'unreadable';
    parts = [{ fault, detail: error instanceof Refusal ? error.message : 'It is cut off or damaged.' }];
  }
  const [header, ...bodies] = parts;
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  process.stdout.write(Buffer.concat([length, text, ...bodies]));
}

async function remake(open: Open, maxBytes: number): Promise<readonly [WorkerHeader, Buffer, Buffer]> {
  const metadata = await open({ limitInputPixels: false }).metadata();
  const { width: wide, pageHeight: high = metadata.height } = metadata;
  const isAnimated = requireWithinBounds(metadata);
  const side = Math.min(Math.max(wide, high), isAnimated ? MAX_ANIMATION_SIDE : MAX_PICTURE_SIDE);
  const { data: content, info } = await smallEnough(
    () => open({ animated: isAnimated }),
    side,
    CONTENT_STEPS,
    maxBytes,
  );
  const still = (): Sharp => open({});
  const { data: thumbnail } = await smallEnough(still, THUMBNAIL_SIDE, THUMBNAIL_STEPS, MAX_THUMBNAIL_BYTES);
  const { width, height, pageHeight = height } = info;
  const sizes = { contentBytes: content.length, thumbnailBytes: thumbnail.length };
  return [{ fault: undefined, type: KEPT_TYPE, width, height: pageHeight, ...sizes }, content, thumbnail];
}

/** Looks at the header before a single pixel is decoded. Says whether it moves. */
function requireWithinBounds({ width, height, pageHeight = height, pages = 1 }: Metadata): boolean {
  if (pages > MAX_PICTURE_FRAMES) {
    throw new Refusal('too-large', `It has ${pages} frames; the bound is ${MAX_PICTURE_FRAMES}.`);
  }
  const pixels = width * pageHeight * pages;
  if (pixels > MAX_PICTURE_PIXELS) {
    throw new Refusal('too-large', `It has ${pixels} pixels; the bound is ${MAX_PICTURE_PIXELS}.`);
  }
  return pages > 1;
}

/** Metadata and colour profiles are left out by default: the pixels are turned and converted to sRGB instead. */
async function smallEnough(
  open: () => Sharp,
  side: number,
  steps: readonly { readonly quality: number; readonly scale: number }[],
  maxBytes: number,
): Promise<Encoded> {
  for (const { quality, scale } of steps) {
    const longest = Math.round(side * scale);
    const encoded = await open()
      .autoOrient()
      .resize({ width: longest, height: longest, fit: 'inside', withoutEnlargement: true })
      .webp({ quality, effort: EFFORT })
      .toBuffer({ resolveWithObject: true });
    if (encoded.data.length <= maxBytes) return encoded;
  }
  throw new Refusal('too-large', `It does not fit ${maxBytes} bytes, however small it is made.`);
}

await main(Number(process.argv[2]));

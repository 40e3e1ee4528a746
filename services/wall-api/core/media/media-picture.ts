/** Pictures as they come in and as they are kept: bounds, what their first bytes say, and who makes one of the other. */

/** Largest picture that is taken in, bytes. */
export const MAX_UPLOAD_BYTES = 8 * 1024 * 1024;
/** Most pixels of a picture, all frames together: cameras of 50 megapixels pass, decompression bombs do not. */
export const MAX_PICTURE_PIXELS = 50_000_000;
/** Most frames of an animation. */
export const MAX_PICTURE_FRAMES = 256;
/** Longest side of a picture that is kept, and of an animation, pixels. */
export const MAX_PICTURE_SIDE = 2_560;
export const MAX_ANIMATION_SIDE = 800;
/** Longest side of a thumbnail, pixels. */
export const THUMBNAIL_SIDE = 320;
/** A thumbnail travels inside its medium's root. */
export const MAX_THUMBNAIL_BYTES = 24 * 1024;

/** What may come in. */
export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];
/** What comes out: every picture, moving or not, is made anew as one. */
export const KEPT_TYPE = 'image/webp';

/** A picture that was made anew from its pixels, so that nothing else of what came in is in it. */
export interface Picture {
  readonly type: PictureType;
  /** Pixels; of an animation, of one frame. */
  readonly width: number;
  readonly height: number;
  readonly content: Uint8Array;
  /** Its first frame, in KEPT_TYPE, at most THUMBNAIL_SIDE pixels and MAX_THUMBNAIL_BYTES. */
  readonly thumbnail: Uint8Array;
}

/** Makes pictures anew; adapters/image-process.ts does it in a process of its own. */
export interface PictureMaker {
  /**
   * `maxBytes` bounds the content. Throws Problem not-a-picture, picture-unreadable, picture-too-large or
   * pictures-busy.
   */
  make(bytes: Uint8Array, maxBytes: number): Promise<Picture>;
}

const GIF = [0x47, 0x49, 0x46, 0x38];
const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

/** The type that the first bytes tell; undefined when they are those of no type that is taken. */
export function sniffPicture(bytes: Uint8Array): PictureType | undefined {
  if (hasAt(bytes, 0, JPEG)) return 'image/jpeg';
  if (hasAt(bytes, 0, PNG)) return 'image/png';
  if (hasAt(bytes, 0, GIF)) return 'image/gif';
  return hasAt(bytes, 0, RIFF) && hasAt(bytes, 8, WEBP) ? 'image/webp' : undefined;
}

export function isPictureType(type: unknown): type is PictureType {
  return PICTURE_TYPES.some((known) => known === type);
}

function hasAt(bytes: Uint8Array, offset: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[offset + index] === byte);
}

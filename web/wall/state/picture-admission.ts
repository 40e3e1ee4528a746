/** Which files may become pictures of a post; told before anything is sent. */
import { MAX_POST_MEDIA, MAX_UPLOAD_BYTES, sniffPicture } from '../../../services/wall-api/client/bounds.ts';

export interface Admission {
  readonly admitted: readonly File[];
  /** Why the others are not, in words. */
  readonly refusals: readonly string[];
}

/** The first bytes tell the type, as they do at the phone: names and what systems make of them can be wrong. */
const SNIFFED_BYTES = 12;
const MEBIBYTE = 1024 * 1024;

/** `taken`: pictures that the post has already. */
export async function admitPictures(files: readonly File[], taken: number): Promise<Admission> {
  const faults = await Promise.all(files.map(faultOf));
  const sound = files.filter((_, i) => faults[i] === undefined);
  const admitted = sound.slice(0, Math.max(0, MAX_POST_MEDIA - taken));
  const beyond = sound.slice(admitted.length).map(({ name }) => name);
  const refusals = faults.filter((fault) => fault !== undefined);
  if (beyond.length > 0) refusals.push(`A post has up to ${MAX_POST_MEDIA} pictures. Not added: ${beyond.join(', ')}.`);
  return { admitted, refusals };
}

async function faultOf(file: File): Promise<string | undefined> {
  if (file.size > MAX_UPLOAD_BYTES) {
    // Rounded up: what is refused must not look as if it fitted.
    const size = Math.ceil((10 * file.size) / MEBIBYTE) / 10;
    return `${file.name} has ${size} MB; a picture may have ${MAX_UPLOAD_BYTES / MEBIBYTE}. Make it smaller first.`;
  }
  const start = new Uint8Array(await file.slice(0, SNIFFED_BYTES).arrayBuffer());
  if (sniffPicture(start) === undefined) return `${file.name} is no JPEG, PNG, WebP or GIF picture.`;
  return undefined;
}

/** A small PNG: 8 by 8 pixels, red. */
import { crc32, deflateSync } from 'node:zlib';

const SIDE = 8;
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

export function redPicture(): { readonly mimeType: string; readonly buffer: Buffer } {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  // 8 bits a channel, red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  // A filter byte, then the pixels of the row.
  const row = Buffer.concat([Buffer.of(0), ...Array.from({ length: SIDE }, () => Buffer.of(220, 20, 30))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: SIDE }, () => row)));
  const buffer = Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { mimeType: 'image/png', buffer };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

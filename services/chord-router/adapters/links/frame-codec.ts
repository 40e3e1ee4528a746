/**
 * Frames as bytes. Frames that are written in one turn travel in one message, up to MAX_BATCH_BYTES, for a message
 * is what a stream costs. Each frame is encoded by itself, so its size is known before it is queued.
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { Frame, LinkRequest } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import { LinkFault } from './link-fault.ts';

/** Longest message on a link, in bytes. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/**
 * Longest message that gRPC itself takes. Between the two a message is refused here, where it can be counted;
 * beyond, gRPC ends the stream with the same status before the message is in memory.
 */
export const GRPC_MESSAGE_BYTES = 2 * MAX_MESSAGE_BYTES;
/** Longest frame, in bytes: what remains of a message beside its own framing. */
export const MAX_FRAME_BYTES = MAX_MESSAGE_BYTES - 16;
/** A message is not made longer than this by adding a further frame, in bytes. */
export const MAX_BATCH_BYTES = 64 * 1024;
/** Most frames taken from one message. */
const MAX_FRAMES = 4_096;

/** LinkRequest.frames and LinkResponse.frames: field 1, length-delimited. Both messages are the same on the wire. */
const FRAMES_TAG = 10;
/** Frame.request_id: field 1, varint, left out while 0. */
const REQUEST_ID_TAG = 8;

/** Frame.request: field 4, length-delimited. */
const REQUEST_TAG = 34;

export function encodeFrame(frame: Frame): Uint8Array {
  return Frame.encode(frame).finish();
}

/** The frame of a request whose encoding is there already: one goes to many phones, each of which counts its own ids. */
export function frameRequest(requestId: number, request: Uint8Array): Uint8Array {
  const { length } = request;
  const frame = Buffer.allocUnsafe(2 + varintBytes(requestId) + varintBytes(length) + length);
  frame[0] = REQUEST_ID_TAG;
  let at = writeVarint(frame, 1, requestId);
  frame[at++] = REQUEST_TAG;
  at = writeVarint(frame, at, length);
  frame.set(request, at);
  return frame;
}

/** One message of several encoded frames. */
export function joinFrames(frames: readonly Uint8Array[]): Buffer {
  let bytes = 0;
  for (const { length } of frames) bytes += 1 + varintBytes(length) + length;
  const message = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const frame of frames) {
    message[at++] = FRAMES_TAG;
    at = writeVarint(message, at, frame.length);
    message.set(frame, at);
    at += frame.length;
  }
  return message;
}

/** How many bytes an unsigned integer of up to 32 bits takes. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes++;
  return bytes;
}

/** Gives where the next byte goes. */
function writeVarint(into: Buffer, start: number, value: number): number {
  let at = start;
  let left = value;
  for (; left > 127; left >>>= 7) into[at++] = (left & 127) | 128;
  into[at++] = left;
  return at;
}

/** The encoded frames of one message, whatever they hold; undefined when the bytes are no message. */
export function splitFrames(message: Uint8Array): readonly Uint8Array[] | undefined {
  const reader = new BinaryReader(message);
  const frames: Uint8Array[] = [];
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === FRAMES_TAG) frames.push(reader.bytes());
      else reader.skip(tag & 7);
    }
  } catch {
    return undefined;
  }
  return frames;
}

/** Whether an encoded frame is a request, a reply or a refusal: only these have an id, which stands first if it is there. */
export function isPartOfCall(frame: Uint8Array): boolean {
  return frame[0] === REQUEST_ID_TAG;
}

/** Throws a LinkFault on bytes that are no message of a link. */
export function decodeFrames(bytes: Uint8Array): readonly Frame[] {
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new LinkFault('too-large', `a message has at most ${MAX_MESSAGE_BYTES} bytes`);
  }
  let frames: readonly Frame[];
  try {
    frames = LinkRequest.decode(bytes).frames;
  } catch {
    throw new LinkFault('malformed', 'the bytes are no message of a link');
  }
  if (frames.length > MAX_FRAMES) throw new LinkFault('malformed', `a message holds at most ${MAX_FRAMES} frames`);
  return frames;
}

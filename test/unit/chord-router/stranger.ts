/** A caller that keeps to no rules: it speaks raw frames, or raw bytes, to a phone's peer port. */
import { Client, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import type { Frame, NodeRecord } from '../../../proto/gen/ringwall/peer/v1/peer.ts';
import {
  createIdentity,
  generateNodeKey,
  type NodeIdentity,
} from '../../../services/chord-router/adapters/identity/node-identity.ts';
import { decodeFrames, encodeFrame, joinFrames } from '../../../services/chord-router/adapters/links/frame-codec.ts';
import { Handshake, PROTOCOL } from '../../../services/chord-router/adapters/links/handshake.ts';
import { LINK_PATH } from '../../../services/chord-router/adapters/links/link-stream.ts';
import { NETWORK } from './toy-phone.ts';

export interface Stranger {
  /** Frames the phone sent, in order. */
  readonly received: Frame[];
  /** How the phone ended the stream. */
  readonly ended: Promise<StatusObject>;
  send(...frames: Frame[]): void;
  sendBytes(bytes: Buffer): void;
  /** The n-th frame from the phone, once it is there. */
  frame(n: number): Promise<Frame>;
  close(): void;
}

export function callAsStranger(address: string): Stranger {
  const client = new Client(`ipv4:${address}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_send_message_length': -1,
  });
  const identity = (bytes: Buffer): Buffer => bytes;
  const call = client.makeBidiStreamRequest(LINK_PATH, identity, identity, new Metadata(), {});
  const received: Frame[] = [];
  const waiting: (() => void)[] = [];
  call.on('error', () => {});
  call.on('data', (message: Buffer) => {
    received.push(...decodeFrames(message));
    for (const wake of waiting.splice(0)) wake();
  });
  const ended = new Promise<StatusObject>((resolve) => {
    call.on('status', (end: StatusObject) => {
      client.close();
      resolve(end);
    });
  });
  return {
    received,
    ended,
    send: (...frames) => call.write(joinFrames(frames.map(encodeFrame))),
    sendBytes: (bytes) => call.write(bytes),
    async frame(n) {
      while (received.length <= n) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
      return received[n]!;
    },
    close: () => call.cancel(),
  };
}

/** An identity that would pass: nothing listens at its address, but it is the address it calls from. */
export function strangerIdentity(address = '127.0.0.1:9'): NodeIdentity {
  return createIdentity(generateNodeKey(), address, 0, Date.now());
}

/** Calls and completes the handshake as this identity; the stream is then the stranger's to abuse. */
export async function callAndProve(address: string, identity: NodeIdentity = strangerIdentity()): Promise<Stranger> {
  const stranger = callAsStranger(address);
  const other = { role: 'responder', dialled: address, expected: undefined } as const;
  const handshake = new Handshake({ identity, network: NETWORK, verifyAddress: false }, other);
  stranger.send(...handshake.start());
  handshake.receive(await stranger.frame(0));
  stranger.send(...handshake.receive(await stranger.frame(1)).send);
  return stranger;
}

export function helloFrame(
  node: NodeRecord | undefined,
  changes: { network?: string; parameters?: string; protocol?: number } = {},
): Frame {
  const value = {
    node,
    challenge: Buffer.alloc(32, 7),
    network: NETWORK,
    parameters: '',
    protocol: PROTOCOL,
    ...changes,
  };
  return { requestId: 0, body: { $case: 'hello', value } };
}

export function pingFrame(requestId: number): Frame {
  return { requestId, body: { $case: 'request', value: { body: { $case: 'ping', value: {} } } } };
}

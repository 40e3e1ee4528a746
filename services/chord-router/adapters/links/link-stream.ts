/** The gRPC stream under a link, the same from either end: messages as bytes, an end that is clean or not. */
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServerDuplexStream,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { PeerServiceDefinition } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../../shared/core/contact.ts';
import { parseHostPort } from '../../../shared/runtime/network/host-port.ts';
import { keyOfCertificate } from '../identity/phone-certificate.ts';
import { GRPC_MESSAGE_BYTES } from './frame-codec.ts';
import type { LinkFault } from './link-fault.ts';

export const LINK_PATH = `/${PeerServiceDefinition.fullName}/${PeerServiceDefinition.methods.link.name}`;

/** How the other end, or the way to it, ended a stream. */
export interface StreamEnd {
  /** gRPC status. */
  readonly code: number;
  readonly details: string;
}

export interface StreamListener {
  received(message: Buffer): void;
  /** Called once, and never after `finish` or `abort`. */
  ended(end: StreamEnd): void;
}

export interface LinkStream {
  /** The other end's IP address as this one sees it. */
  readonly observedIp: string;
  /** The key that the other end has proved to have when the connection was encrypted; undefined without TLS. */
  channelKey(): Buffer | undefined;
  /** Tells who is at the other end, as its hello has it, to streams that are not the same to all phones. */
  identified?(contact: Contact): void;
  /** Gives the stream its listener, or another one; nothing is read before the first. */
  listen(listener: StreamListener): void;
  /** `written` is called when the message has left this process's queues. */
  write(message: Buffer, written: () => void): void;
  pause(): void;
  resume(): void;
  /** Closes the stream once what was written is sent. */
  finish(): void;
  /** Closes the stream, telling the other end why. */
  abort(fault: LinkFault): void;
}

/** How long the other end may take to close its side, in ms. */
const CLOSING_MS = 2_000;
/** What phones are called in TLS, where IP addresses are no names; it says nothing. */
const TLS_NAME = 'phone';

const identity = (bytes: Buffer): Buffer => bytes;

/**
 * Opens a stream to a canonical ip:port. One connection, no retries, no proxy, nothing kept once the stream is over:
 * what to do about a phone that cannot be reached is the core's to decide. `secured`: those of PeerTls, if encrypted.
 */
export function dialStream(address: string, secured: ChannelCredentials = credentials.createInsecure()): LinkStream {
  const { host } = parseHostPort(address)!;
  const scheme = host.includes(':') ? 'ipv6' : 'ipv4';
  const client = new Client(`${scheme}:${address}`, secured, {
    'grpc.enable_channelz': 0,
    'grpc.ssl_target_name_override': TLS_NAME,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': GRPC_MESSAGE_BYTES,
    'grpc.max_send_message_length': GRPC_MESSAGE_BYTES,
  });
  const call = client.makeBidiStreamRequest(LINK_PATH, identity, identity, new Metadata(), {});
  let closed = false;
  const release = (): void => {
    closed = true;
    client.close();
  };
  // The status says all; without a listener the error would end the process.
  call.on('error', () => {});
  return {
    observedIp: host,
    channelKey: () => keyOfCertificate(call.getAuthContext()?.sslPeerCertificate?.raw),
    listen(listener) {
      call.removeAllListeners('data').removeAllListeners('status');
      call.on('status', ({ code, details }: StatusObject) => {
        if (closed) return;
        release();
        listener.ended({ code, details });
      });
      call.on('data', (message: Buffer) => listener.received(message));
    },
    write: (message, written) => call.write(message, written),
    pause: () => call.pause(),
    resume: () => call.resume(),
    finish() {
      if (closed) return;
      closed = true;
      const giveUp = setTimeout(() => call.cancel(), CLOSING_MS).unref();
      call.removeAllListeners('status');
      call.on('status', () => {
        clearTimeout(giveUp);
        client.close();
      });
      call.end();
    },
    abort() {
      if (closed) return;
      release();
      call.cancel();
    },
  };
}

/** The stream of a phone that called. `disconnect` cuts its connection. */
export function acceptedStream(call: ServerDuplexStream<Buffer, Buffer>, disconnect: () => void): LinkStream {
  let closed = false;
  let cut: NodeJS.Timeout | undefined;
  const cutSoon = (): void => {
    cut = setTimeout(disconnect, CLOSING_MS).unref();
  };
  call.on('close', () => clearTimeout(cut));
  return {
    observedIp: hostOf(call.getPeer()),
    channelKey: () => keyOfCertificate(call.getAuthContext().sslPeerCertificate?.raw),
    listen(listener) {
      for (const event of ['data', 'end', 'cancelled']) call.removeAllListeners(event);
      const ended = (end: StreamEnd): void => {
        if (closed) return;
        closed = true;
        listener.ended(end);
      };
      call.on('end', () => {
        ended({ code: status.OK, details: 'closed by the other phone' });
        call.end();
      });
      call.on('cancelled', () => {
        ended({ code: status.UNAVAILABLE, details: 'the stream broke off' });
      });
      call.on('data', (message: Buffer) => listener.received(message));
    },
    write: (message, written) => call.write(message, written),
    pause: () => call.pause(),
    resume: () => call.resume(),
    finish() {
      if (closed) return;
      closed = true;
      call.end();
      cutSoon();
    },
    abort(fault) {
      if (closed) return;
      closed = true;
      call.removeAllListeners('data');
      call.resume();
      call.emit('error', { name: fault.name, message: fault.message, code: fault.code, details: fault.message });
      cutSoon();
    },
  };
}

/** The host of "host:port" where an IPv6 host stands without brackets, as sockets tell it. */
function hostOf(peer: string): string {
  const colon = peer.lastIndexOf(':');
  return colon < 0 ? peer : peer.slice(0, colon);
}

/** Carries a handshake over a stream, up to the link or the reason why there is none. */
import { status } from '@grpc/grpc-js';
import type { Frame } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { CallFailure } from '../../../shared/core/effect.ts';
import type { Cancel } from '../../../shared/core/scheduler.ts';
import { startTimeout } from '../../../shared/runtime/timeout.ts';
import { decodeFrames, encodeFrame, joinFrames } from './frame-codec.ts';
import { Handshake, type HandshakeSettings, type OtherEnd, type ProvedPhone } from './handshake.ts';
import { LinkFault } from './link-fault.ts';
import type { LinkStream, StreamEnd } from './link-stream.ts';

export type Opening =
  /** `early`: frames that came together with the last of the handshake. */
  | { readonly ok: true; readonly other: ProvedPhone; readonly early: readonly Frame[] }
  /** `fault`: what this end refused; undefined when the stream ended or the other end refused. */
  | {
      readonly ok: false;
      readonly failure: CallFailure;
      readonly fault: LinkFault | undefined;
      readonly details: string;
    };

/** Statuses with which a phone that is there declines; all others mean that it cannot be reached. */
const DECLINED: ReadonlySet<number> = new Set([
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.RESOURCE_EXHAUSTED,
  status.INVALID_ARGUMENT,
  status.UNIMPLEMENTED,
]);

/**
 * Shakes hands; `done` is called once unless cancelled. When it succeeded the stream still has this function's
 * listener: the link must take it over at once. A failed or cancelled stream is closed here.
 */
export function shakeHands(
  stream: LinkStream,
  settings: HandshakeSettings,
  other: OtherEnd,
  timeoutMs: number,
  done: (opening: Opening) => void,
): Cancel {
  const handshake = new Handshake(settings, other, () => stream.channelKey());
  let over = false;
  const finish = (opening: Opening): void => {
    if (over) return;
    over = true;
    stopTimer();
    if (!opening.ok && opening.fault !== undefined) stream.abort(opening.fault);
    done(opening);
  };
  const stopTimer = startTimeout(timeoutMs, () =>
    finish(failed(new LinkFault('handshake-timeout', `no complete handshake within ${timeoutMs} ms`))),
  );
  stream.listen({
    received(message) {
      try {
        const opened = advance(handshake, stream, decodeFrames(message));
        if (opened !== undefined) finish(opened);
      } catch (error) {
        if (!(error instanceof LinkFault)) throw error;
        finish(failed(error));
      }
    },
    ended: (end) => finish(ended(end)),
  });
  send(stream, handshake.start());
  return () => {
    if (over) return;
    over = true;
    stopTimer();
    stream.abort(new LinkFault('handshake-timeout', 'this phone no longer wants the link'));
  };
}

function advance(handshake: Handshake, stream: LinkStream, frames: readonly Frame[]): Opening | undefined {
  for (const [at, frame] of frames.entries()) {
    const step = handshake.receive(frame);
    stream.identified?.(step.claimed);
    send(stream, step.send);
    if (step.proved !== undefined) return { ok: true, other: step.proved, early: frames.slice(at + 1) };
  }
  return undefined;
}

function send(stream: LinkStream, frames: readonly Frame[]): void {
  if (frames.length > 0) stream.write(joinFrames(frames.map(encodeFrame)), () => {});
}

function failed(fault: LinkFault): Opening {
  return { ok: false, failure: failureOf(fault), fault, details: fault.message };
}

/** What a fault of the other end means to who wanted to call it. */
function failureOf(fault: LinkFault): CallFailure {
  if (fault.reason === 'handshake-timeout') return 'timeout';
  return fault.reason === 'other-phone' ? 'unreachable' : 'refused';
}

function ended(end: StreamEnd): Opening {
  const failure = DECLINED.has(end.code) ? 'refused' : 'unreachable';
  return { ok: false, failure, fault: undefined, details: end.details };
}

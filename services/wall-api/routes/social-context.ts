/** The social core of a phone, one for all routes that share a context. */
import { createSocial, type Social } from '../core/social.ts';
import type { RouteContext } from './route-context.ts';

const made = new WeakMap<RouteContext, Social>();

/** The social core over this context's ring. It stops when the phone does. */
export function socialOf(context: RouteContext): Social {
  const known = made.get(context);
  if (known !== undefined) return known;
  const { ring, crypto, profiles, now, random, logger, stopping } = context;
  const crashed = (error: unknown): void => logger.error({ err: error }, 'work in the background failed');
  const social = createSocial({ ring, crypto, profiles, now, random, after, crashed });
  made.set(context, social);
  stopping.addEventListener('abort', () => social.stop(), { once: true });
  return social;
}

/** A timer that does not keep the process alive by itself. */
function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}

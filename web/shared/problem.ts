/** What went wrong with a request, in words that say what to do: problems (RFC 9457) of phones and gateways, and silence. */
import type { Problem } from '../../services/wall-api/client/contract.ts';
import { ADVICE } from './advice.ts';

/** Any member may lack in an answer that is no problem document. */
type ProblemDocument = Partial<Problem>;

/** Who was asked answered with a problem, or something that is none. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** The stable type of the problem, such as `over-quota`; empty when the answer was no problem document. */
  readonly slug: string;
  /** How long to wait before another try makes sense, s; undefined: nothing was said. */
  readonly retryAfterS: number | undefined;

  constructor(status: number, { type, title, detail }: ProblemDocument, retryAfterS?: number) {
    super(detail ?? title ?? `It was answered with ${status}.`);
    this.status = status;
    this.slug = type?.split('/').at(-1) ?? '';
    this.retryAfterS = retryAfterS;
  }
}

/** Nobody answered at all. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  /** `who` as the subject of a sentence: `This phone`. */
  constructor(who: string, cause: unknown) {
    super(`${who} cannot be reached.`, { cause });
  }
}

/** The problem that an answer which is not good tells of. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const text = await response.text();
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ProblemError(response.status, parsed(text), Number.isFinite(retryAfterS) ? retryAfterS : undefined);
}

/** What went wrong, and what to do, for a person. */
export function faultText(error: unknown): string {
  if (error instanceof UnreachableError) return `${error.message} It may be off, or you may be offline.`;
  if (!(error instanceof ProblemError)) return error instanceof Error ? error.message : String(error);
  return [ended(error.message), adviceOn(error)].filter((words) => words !== '').join(' ');
}

function adviceOn({ slug, retryAfterS }: ProblemError): string {
  if (retryAfterS !== undefined) return `Try again in ${retryAfterS} ${retryAfterS === 1 ? 'second' : 'seconds'}.`;
  return ADVICE[slug] ?? (slug === '' ? 'Try again in a moment.' : '');
}

/** As a sentence, for something to follow. */
function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function parsed(text: string): ProblemDocument {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    return {};
  }
}

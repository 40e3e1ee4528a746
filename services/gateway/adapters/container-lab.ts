/** The churn lab over phones in containers: a service beside them has the engine's socket, and does what it is told. */
import { formatHostPort, type HostPort } from '../../shared/runtime/network/host-port.ts';
import { type LabDriver, LabRefusal } from '../core/lab.ts';
import type { LabCommand } from '../core/lab-command.ts';

/** Fifty phones that join one after the other take their time. */
const TIMEOUT_MS = 300_000;
/** A command that is wrong, or cannot be done. */
const REFUSED = 400;

/** Lines of JSON; the last one is the outcome. */
type Line = { readonly progress: string } | { readonly result: unknown } | { readonly error: string };

export class ContainerLab implements LabDriver {
  readonly kind = 'containers';
  readonly actions = ['kill', 'stop', 'freeze', 'thaw', 'restart', 'cut', 'slow', 'heal', 'join'] as const;
  readonly #url: string;
  readonly #token: string;

  constructor(lab: HostPort, token: string) {
    this.#url = `http://${formatHostPort(lab)}/`;
    this.#token = token;
  }

  async perform(command: LabCommand): Promise<unknown> {
    const { status, text } = await this.#post(JSON.stringify(command));
    const outcome = outcomeOf(text);
    if (outcome === undefined) throw new LabRefusal('the lab of the containers ended before it had answered');
    if ('result' in outcome) return outcome.result;
    // Its own defects are not for the caller.
    if (status !== 200 && status !== REFUSED) throw new LabRefusal(`the lab of the containers answered ${status}`);
    throw new LabRefusal(outcome.error);
  }

  async #post(body: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}` },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new LabRefusal('the lab of the containers does not answer: see whether its container runs', {
        cause: error,
      });
    }
  }
}

function outcomeOf(text: string): Exclude<Line, { readonly progress: string }> | undefined {
  try {
    const last = JSON.parse(text.trimEnd().split('\n').at(-1)!) as Line;
    return 'progress' in last ? undefined : last;
  } catch {
    return undefined;
  }
}

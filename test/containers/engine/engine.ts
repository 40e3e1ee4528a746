/** The container engine of this machine as the tests find it. */
import { getContainerRuntimeClient } from 'testcontainers';

export type Engine = Awaited<ReturnType<typeof getContainerRuntimeClient>>['container']['dockerode'];

/** Every container, network and volume of these tests has this label; its value is the session that made it. */
export const SESSION_LABEL = 'ringwall.test-session';
/** The session of this run of the tests; the process that began it hands it down in this variable. */
export const SESSION_VARIABLE = 'RINGWALL_TEST_SESSION';

/** Throws when there is no engine. */
export async function openEngine(): Promise<Engine> {
  // The reaper of Testcontainers is an image that has to be pulled: what it does is done by label here.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  return (await getContainerRuntimeClient()).container.dockerode;
}

export function thisSession(): string {
  return process.env[SESSION_VARIABLE] ?? sessionOf(process.pid);
}

export function sessionOf(pid: number): string {
  return `pid-${pid}`;
}

/** Removes what a session left behind; with none named, what all sessions did whose process is gone. */
export async function removeLeftovers(engine: Engine, session?: string): Promise<void> {
  const filters = { label: [session === undefined ? SESSION_LABEL : `${SESSION_LABEL}=${session}`] };
  const isOver = (labels: Readonly<Record<string, string>>): boolean =>
    session !== undefined || !isRunning(labels[SESSION_LABEL] ?? '');
  const containers = await engine.listContainers({ all: true, filters });
  const over = containers.filter(({ Labels }) => isOver(Labels));
  await Promise.all(over.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)));
  const networks = await engine.listNetworks({ filters });
  for (const { Id, Labels } of networks)
    if (isOver(Labels ?? {})) await engine.getNetwork(Id).remove().catch(unlessGone);
}

/** Somebody else was faster. */
export function unlessGone(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}

function isRunning(session: string): boolean {
  const pid = Number(/^pid-(\d+)$/.exec(session)?.[1] ?? 0);
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

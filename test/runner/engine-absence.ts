/** Whether there is a container engine to run the tests of test/containers on. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 15_000;

/** Why those tests cannot run here; undefined when they can. */
export async function engineAbsence(): Promise<string | undefined> {
  try {
    await promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: TIMEOUT_MS });
    return undefined;
  } catch {
    return 'no container engine is found (`docker version` fails); as root on Debian `containers/engine.sh up` brings one';
  }
}

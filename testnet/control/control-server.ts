/** Takes the commands of a second terminal, on a loopback port that only who can read DATA/control.json may use. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../services/shared/runtime/atomic-file.ts';
import { CommandServer, type Perform } from './command-server.ts';
import { CONTROL_FILE } from './control-protocol.ts';

export class ControlServer implements AsyncDisposable {
  readonly #server: CommandServer;
  readonly #file: string;

  private constructor(server: CommandServer, file: string) {
    this.#server = server;
    this.#file = file;
  }

  static async start(dataDir: string, perform: Perform): Promise<ControlServer> {
    const token = randomBytes(24).toString('base64url');
    const server = await CommandServer.start({ host: '127.0.0.1', port: 0, token, perform });
    const file = join(dataDir, CONTROL_FILE);
    await writeFileAtomically(file, JSON.stringify({ port: server.port, token }));
    return new ControlServer(server, file);
  }

  /** Answers that are under way are finished first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#file, { force: true });
    await this.#server[Symbol.asyncDispose]();
  }
}

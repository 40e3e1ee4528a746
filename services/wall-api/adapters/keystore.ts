/** The keystore in files: `people/<person id>.json` and `people/phone-secret` under the phone's data folder. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../shared/runtime/atomic-file.ts';
import type { Logger } from '../../shared/runtime/program/logging.ts';
import { decodeEntry, encodeEntry, type Keystore, type KeystoreEntry } from '../core/identity/keystore-format.ts';
import type { WallCrypto } from '../core/wall-crypto.ts';

const SECRET_BYTES = 32;
const ENTRY_FILE = /^[0-9a-f]{32}\.json$/;
/** Far above what any phone keeps: a bound on what a start reads. */
const MAX_FILES = 10_000;

export class FileKeystore implements Keystore {
  readonly #folder: string;
  readonly #crypto: Pick<WallCrypto, 'randomBytes'>;
  readonly #logger: Logger;

  constructor(dataDir: string, crypto: Pick<WallCrypto, 'randomBytes'>, logger: Logger) {
    this.#folder = join(dataDir, 'people');
    this.#crypto = crypto;
    this.#logger = logger;
  }

  async list(): Promise<readonly KeystoreEntry[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const files = (await readdir(this.#folder)).filter((file) => ENTRY_FILE.test(file)).slice(0, MAX_FILES);
    const entries: KeystoreEntry[] = [];
    for (const file of files) {
      const entry = decodeEntry(await readFile(join(this.#folder, file), 'utf8'));
      if (entry === undefined) {
        // Left where it is: it may be of a newer version, and the owner may have no other copy.
        this.#logger.error({ file }, 'a keystore file cannot be read; its person can come back by recovery phrase');
      } else {
        entries.push(entry);
      }
    }
    return entries;
  }

  async put(entry: KeystoreEntry): Promise<void> {
    await writeFileAtomically(join(this.#folder, `${entry.person}.json`), encodeEntry(entry), { mode: 0o600 });
  }

  async phoneSecret(): Promise<Uint8Array> {
    const path = join(this.#folder, 'phone-secret');
    const kept = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (kept !== undefined && kept.length === SECRET_BYTES) return new Uint8Array(kept);
    const secret = this.#crypto.randomBytes(SECRET_BYTES);
    await writeFileAtomically(path, secret, { mode: 0o600 });
    return secret;
  }
}

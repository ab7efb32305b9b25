/**
 * Backups that administrators download: written into the data folder, sent, and removed.
 *
 * Invariants: each user has one, from its beginning to the last byte sent, and two users may have one at the same time; its disk
 * space is available before it begins, and no recording is deleted for it; files that a crash left are removed at the start.
 */

import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { FILE_NAME } from '../store/database.ts';
import { BackupThreads } from './backup-threads.ts';

export interface BackupsOptions {
  dataDir: string;
  log: Log;
  /** Bytes free on the disk; for tests. */
  freeBytes?: () => number;
}

export interface MadeBackup extends Disposable {
  path: string;
  bytes: number;
}

/** From its beginning to the last byte sent. */
export const BACKUP_SHARES = { total: 2, perUser: 1 };
const FOLDER = 'backup';
/** For certificates, firmware images, and other data written meanwhile. */
const SPARE_BYTES = 256 * 1024 * 1024;
/** The copy and the encrypted copy, or the copy and the space for adding the files. */
const COPIES = 2;
const RETRY_AFTER_SECONDS = 30;

export class Backups {
  readonly #options: BackupsOptions;
  readonly #folder: string;
  readonly #log: Log;
  readonly #shares = new Shares(BACKUP_SHARES);
  readonly #threads = new BackupThreads();
  /** Space that running backups still need, bytes. */
  #promisedBytes = 0;
  #number = 0;

  constructor(options: BackupsOptions) {
    this.#options = options;
    this.#folder = join(options.dataDir, FOLDER);
    this.#log = options.log.child({ component: 'backup' });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * @param password undefined: not encrypted
   * @returns the file, which is removed when it is disposed of
   * @throws VigieError `tooManyRequests` while another one is made or sent, `unavailable` when there is no room
   */
  async make(userId: string, password: string | undefined): Promise<MadeBackup> {
    const neededBytes = this.#assertRoom();
    const leave = this.#shares.take(userId);
    if (!leave)
      throw new VigieError(
        'tooManyRequests',
        'a backup is being made or downloaded; try again when it is done',
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    this.#promisedBytes += neededBytes;
    const path = join(this.#folder, `backup-${++this.#number}.vigie`);
    const dispose = (): void => {
      this.#promisedBytes -= neededBytes;
      leave();
      rmSync(this.#shares.taken === 0 ? this.#folder : path, { recursive: true, force: true });
    };
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      await this.#threads.run({ write: { dataDir: this.#options.dataDir, file: path, password } });
      const { size: bytes } = statSync(path);
      this.#log.info({ bytes, encrypted: password !== undefined }, 'backup finished');
      return { path, bytes, [Symbol.dispose]: dispose };
    } catch (error) {
      dispose();
      throw error;
    }
  }

  /** Bytes that backups occupy on the disk now. They are freed within minutes, so no recording should be deleted for them. */
  get writtenBytes(): number {
    if (this.#shares.taken === 0) return 0;
    try {
      const names = readdirSync(this.#folder, { recursive: true, encoding: 'utf8' });
      const sizes = names.map((name) => statSync(join(this.#folder, name), { throwIfNoEntry: false }));
      return sizes.reduce((sum, stats) => sum + (stats?.isFile() ? stats.size : 0), 0);
    } catch (error) {
      // The thread removes its folders meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return 0;
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#threads.close();
  }

  /** @returns bytes that one more needs */
  #assertRoom(): number {
    const { dataDir, freeBytes = () => freeBytesOf(dataDir) } = this.#options;
    const { size = 0 } = statSync(join(dataDir, FILE_NAME), { throwIfNoEntry: false }) ?? {};
    const needed = COPIES * size + SPARE_BYTES;
    if (freeBytes() - this.#promisedBytes < needed)
      throw new VigieError(
        'unavailable',
        `a backup needs ${Math.ceil(needed / 1e6)} MB free on the disk that holds the data folder: free some space on it`,
      );
    return needed;
  }
}

/** On the disk of a folder. */
export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Restores by the API: a backup is uploaded, read, checked and confirmed; then the server stops, puts it in place, and
 * starts again.
 *
 * Invariants: the data folder is unchanged until the server has stopped; one upload is kept, for 15 minutes at most, and
 * a newer one replaces it, also while the older one is still arriving (arriving-backup.ts); an upload needs room for the
 * file, its copy and the database in use; no recording is deleted to make that room.
 */

import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { monotonicMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { RESTORING_FOLDER } from '../store/first-start.ts';
import { randomId } from '../store/random-id.ts';
import type { BackupContents, UploadedBackup } from '../wire/backup.ts';
import { ArrivingBackup } from './arriving-backup.ts';
import { BackupThreads } from './backup-threads.ts';
import { freeBytesOf } from './backups.ts';
import { putInPlace } from './restore-backup.ts';
import { isSealed } from './sealed-file.ts';

export interface RestoresOptions {
  dataDir: string;
  /** Stops the server, calls `whenStopped`, and starts the server again. */
  restart: (whenStopped: () => void) => void;
  /** Called once the backup is in its place, while nothing has the data folder open. */
  onRestored: (by: RestoredBy) => void;
  /** Bytes that recordings leave free on their disk. */
  freeFloorBytes: number;
  log: Log;
  /** Bytes free on the disk; for tests. */
  freeBytes?: () => number;
  /** For tests. */
  keptMs?: number;
  /** Monotonic; for tests. */
  nowMs?: () => number;
}

/** Who agreed to a restore, and from where. */
export interface RestoredBy {
  userId: string;
  username: string;
  /** IP. */
  address: string;
  device: string | null;
}

interface Upload {
  id: string;
  /** Set when the upload has been read and checked. */
  contents?: BackupContents;
  expiry: NodeJS.Timeout;
}

const FOLDER = 'restore-upload';
const KEPT_MS = 15 * 60_000;
/** The file, the file without its encryption, and the database made of it. */
const COPIES = 3;
/** Left to recordings and the database in use. */
const SPARE_BYTES = 256 * 1024 * 1024;
const WHOLE_NAME = 'the file';

export class Restores {
  readonly #options: RestoresOptions;
  readonly #folder: string;
  readonly #staging: string;
  readonly #threads = new BackupThreads();
  readonly #log: Log;
  #upload: Upload | undefined;
  #arriving: ArrivingBackup | undefined;
  /** While a file is received or read. */
  #busy = false;
  #restarting = false;

  constructor(options: RestoresOptions) {
    this.#options = options;
    this.#folder = join(options.dataDir, FOLDER);
    this.#staging = join(this.#folder, 'staged');
    this.#log = options.log.child({ component: 'backup' });
    this.#forget();
  }

  /**
   * @param source is not read before the upload has its place
   * @throws VigieError `unavailable` without room, `conflict` while another is received, or when a newer one takes its
   *   place; also the error that ends `source` early
   */
  async receive(source: AsyncIterable<Uint8Array>, userId: string): Promise<UploadedBackup> {
    if (this.#arriving?.givesWayTo(userId)) await this.#arriving.giveWay();
    const arriving = new ArrivingBackup(userId, this.#options.nowMs ?? monotonicMs);
    try {
      return await this.#alone(() => {
        this.#arriving = arriving;
        return this.#receive(arriving.pieces(source));
      });
    } finally {
      if (this.#arriving === arriving) this.#arriving = undefined;
      arriving.end();
    }
  }

  /** @throws VigieError `unprocessable` when it is no backup or the password is wrong, `notFound`, `conflict` */
  async check(id: string, password: string | undefined): Promise<BackupContents> {
    const upload = this.#find(id);
    return this.#alone(async () => {
      delete upload.contents;
      const work = { file: this.#file, name: WHOLE_NAME, staging: this.#staging, password };
      try {
        upload.contents = (await this.#threads.run({ stage: work })) as BackupContents;
      } catch (error) {
        throw error instanceof VigieError && error.code === 'configuration'
          ? new VigieError('unprocessable', error.message, { cause: error })
          : error;
      }
      return upload.contents;
    });
  }

  /**
   * @returns starts the restart with the checked backup
   * @throws VigieError `conflict` when it was not checked, `notFound`
   */
  restore(id: string, by: RestoredBy): () => void {
    const { contents, expiry } = this.#find(id);
    if (!contents || this.#busy || this.#restarting)
      throw new VigieError('conflict', 'read the contents of the backup first');
    clearTimeout(expiry);
    this.#restarting = true;
    this.#log.warn({ ...contents }, 'restore begun');
    return () =>
      this.#options.restart(() => {
        this.#putInPlace();
        this.#options.onRestored(by);
      });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#threads.close();
    if (!this.#restarting) this.#forget();
  }

  get #file(): string {
    return join(this.#folder, 'backup.vigie');
  }

  #putInPlace(): void {
    const { dataDir } = this.#options;
    const restoring = join(dataDir, RESTORING_FOLDER);
    // Files with this name that a crash leaves tell the next start that a restore was interrupted.
    rmSync(restoring, { recursive: true, force: true });
    renameSync(this.#staging, restoring);
    const replaced = putInPlace(dataDir, restoring);
    for (const folder of [restoring, this.#folder]) rmSync(folder, { recursive: true, force: true });
    this.#log.warn({ replaced }, 'backup restored');
  }

  async #receive(source: AsyncIterable<Uint8Array>): Promise<UploadedBackup> {
    this.#forget();
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    try {
      await this.#write(source);
      const isEncrypted = await isSealed(this.#file);
      const id = randomId('bak');
      const expiry = setTimeout(() => this.#expire(id), this.#options.keptMs ?? KEPT_MS).unref();
      this.#upload = { id, expiry };
      return { id, isEncrypted };
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  async #write(source: AsyncIterable<Uint8Array>): Promise<void> {
    const { dataDir, freeBytes = () => freeBytesOf(dataDir) } = this.#options;
    // Below that, recordings are removed.
    const floor = this.#isRecordedHere() ? this.#options.freeFloorBytes : 0;
    const file = await open(this.#file, 'wx', 0o600);
    try {
      let bytes = 0;
      let checkedBytes = -Infinity;
      for await (const piece of source) {
        bytes += piece.length;
        // The check costs a system call.
        if (bytes - checkedBytes > SPARE_BYTES / 64) {
          checkedBytes = bytes;
          const needed = floor + SPARE_BYTES + (COPIES - 1) * bytes;
          if (freeBytes() < needed)
            throw new VigieError(
              'unavailable',
              `the disk that holds the data folder has no room for this file and its copies: keep ${Math.ceil((needed - freeBytes()) / 1e6)} MB free, or restore with the server stopped`,
            );
        }
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Their folder may be on another disk. */
  #isRecordedHere(): boolean {
    const { dataDir } = this.#options;
    const recordings = statSync(join(dataDir, 'recordings'), { throwIfNoEntry: false });
    return recordings === undefined || recordings.dev === statSync(dataDir).dev;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy || this.#restarting)
      throw new VigieError('conflict', 'another backup is being received or read; try again when it is done');
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  #find(id: string): Upload {
    if (this.#upload?.id !== id)
      throw new VigieError('notFound', 'there is no such upload any more: upload the backup again');
    return this.#upload;
  }

  #expire(id: string): void {
    if (this.#upload?.id !== id) return;
    // It is being read now: check again later.
    if (this.#busy) this.#upload.expiry = setTimeout(() => this.#expire(id), 1000).unref();
    else this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#upload?.expiry);
    this.#upload = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The uploaded firmware images: files in the data folder, named by their SHA-256, and their rows in the store.
 *
 * Invariants: a listed image has its complete file: it is renamed into place before it is listed, and removed from the
 * list before it is deleted. Leftovers of a power cut are deleted at the start.
 */

import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { wallMs } from '../core/clock.ts';
import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FirmwareStore, StoredImage } from './firmware-store.ts';
import { receiveImage, type ReceivedImage } from './receive-image.ts';

/** At most 4 MiB each. */
const MAX_IMAGES = 32;
/** At a time. */
export const UPLOAD_SHARES = { total: 4, perUser: 1 };

const RETRY_AFTER_SECONDS = 10;

export class FirmwareImages {
  readonly #folder: string;
  readonly #store: FirmwareStore;
  readonly #nowMs: () => number;
  readonly #log: Log;
  /** Changes of files and list run one after the other. */
  #changes: Promise<unknown> = Promise.resolve();
  readonly #uploads = new Shares(UPLOAD_SHARES);
  #uploadNumber = 0;

  /** @throws VigieError `configuration` when the folder cannot be used */
  constructor(dataDir: string, store: FirmwareStore, log: Log, nowMs: () => number = wallMs) {
    this.#folder = join(dataDir, 'firmware');
    this.#store = store;
    this.#nowMs = nowMs;
    this.#log = log;
    this.#tidyUp();
  }

  /** The newest first. */
  list(): StoredImage[] {
    return this.#store.images();
  }

  /** @throws VigieError `notFound` */
  find(id: string): StoredImage {
    const image = this.#store.image(id);
    if (!image) throw new VigieError('notFound', 'there is no such firmware; it may have been deleted');
    return image;
  }

  pathOf({ sha256 }: Pick<StoredImage, 'sha256'>): string {
    return join(this.#folder, `${sha256}.bin`);
  }

  /**
   * @param source the file in chunks
   * @param userId who uploads it
   * @returns the image; the existing one when it is the same
   * @throws VigieError `badRequest`, `tooLarge`, `tooManyRequests`, `conflict` when there are too many; also the error
   * that ended `source` early, and errors of the disk
   */
  async add(
    source: AsyncIterable<Uint8Array>,
    userId: string,
  ): Promise<{ image: StoredImage; isNew: boolean }> {
    this.#assertRoom();
    const leave = this.#uploads.take(userId);
    if (!leave)
      throw new VigieError(
        'tooManyRequests',
        'other firmware is being uploaded right now; try again in a moment',
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    try {
      return await this.#receive(source);
    } finally {
      leave();
    }
  }

  /** @throws VigieError `notFound` */
  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const image = this.find(id);
      await this.#store.removeImage(id);
      // A download in progress continues to its end: the file stays until it is closed.
      rmSync(this.pathOf(image), { force: true });
    });
  }

  async #receive(source: AsyncIterable<Uint8Array>): Promise<{ image: StoredImage; isNew: boolean }> {
    const upload = join(this.#folder, `upload-${++this.#uploadNumber}`);
    const received = await receiveImage(source, upload);
    try {
      const added = await this.#inTurn(() => this.#keep(upload, received));
      await syncFolder(this.#folder);
      return added;
    } finally {
      rmSync(upload, { force: true });
    }
  }

  async #keep(
    upload: string,
    { sha256, version, target, bytes }: ReceivedImage,
  ): Promise<{ image: StoredImage; isNew: boolean }> {
    const known = this.#store.imageOf(sha256);
    if (known) return { image: known, isNew: false };
    this.#assertRoom();
    renameSync(upload, this.pathOf({ sha256 }));
    const createdAtMs = this.#nowMs();
    return {
      image: await this.#store.addImage({ sha256, version, target, bytes, createdAtMs }),
      isNew: true,
    };
  }

  /** Changes file and list together, without another change in between. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changes.then(change);
    this.#changes = changed.catch(() => undefined);
    return changed;
  }

  #assertRoom(): void {
    if (this.#store.images().length >= MAX_IMAGES)
      throw new VigieError('conflict', `there are ${MAX_IMAGES} firmware images already; delete one first`);
  }

  #tidyUp(): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const images = this.#store.images();
      for (const { id, version } of images.filter((image) => !this.#isWhole(image))) {
        this.#log.warn({ imageId: id, version }, 'firmware image removed: its file has changed');
        this.#store.removeImage(id).catch((error: unknown) => {
          this.#log.error({ err: error, imageId: id }, 'failed to remove a firmware image');
        });
      }
      const whole = images.filter((image) => this.#isWhole(image));
      const listed = new Set(whole.map(({ sha256 }) => `${sha256}.bin`));
      for (const name of readdirSync(this.#folder)) {
        if (!listed.has(name)) rmSync(join(this.#folder, name), { recursive: true });
      }
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      throw new VigieError(
        'configuration',
        `the folder ${this.#folder} cannot be used (${code}): make it writable for this user, or set VIGIE_DATA_DIR`,
        { cause: error },
      );
    }
  }

  #isWhole(image: StoredImage): boolean {
    return statSync(this.pathOf(image), { throwIfNoEntry: false })?.size === image.bytes;
  }
}

/** A rename survives a power cut only after this. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

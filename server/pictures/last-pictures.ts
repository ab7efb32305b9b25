/**
 * Keeps the last picture of each camera over a restart of the server, so that a camera that is away then still shows what it
 * saw last. One file per camera; the file's time is when the picture was taken.
 *
 * Invariants: of a camera that is switched off or was removed no picture is kept; a picture is complete or not there; without
 * room on the disk, pictures are not kept and nothing else suffers.
 */

import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import { inspectJpeg } from '../core/video/jpeg-header.ts';
import type { Log } from '../log.ts';

/** Newest frames of the cameras. */
export interface LatestFrames {
  latest(cameraId: string): CameraFrame | undefined;
  /** Takes a frame of before the start, unless a newer one has come. */
  restore(frame: CameraFrame): void;
}

export interface LastPicturesOptions {
  dataDir: string;
  frames: LatestFrames;
  cameras: { list(): readonly { id: string }[] };
  /** Switched off for privacy. */
  isOff: (cameraId: string) => boolean;
  dates: Dates;
  nowUs: () => number;
  log: Log;
}

/** Also against a power cut, in which nothing is kept at the end. */
const KEEP_INTERVAL_MS = 10 * 60_000;
const EXTENSION = '.jpg';

export class LastPictures {
  readonly #options: LastPicturesOptions;
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  /** The newest frame of each camera that is in its file. */
  readonly #kept = new Map<string, CameraFrame>();
  /** Changes of the files run one after the other. */
  #work: Promise<void> = Promise.resolve();

  /** Hands over the pictures that were kept. */
  static async open(options: LastPicturesOptions): Promise<LastPictures> {
    const pictures = new LastPictures(options);
    await pictures.#restoreAll();
    return pictures;
  }

  private constructor(options: LastPicturesOptions) {
    this.#options = options;
    this.#folder = join(options.dataDir, 'last-pictures');
    this.#timer = setInterval(() => void this.#keepAll(), KEEP_INTERVAL_MS);
  }

  /** The camera has gone offline, for a while perhaps. */
  onOffline(cameraId: string): void {
    this.#run(() => this.#keep(cameraId));
  }

  switchCamera(cameraId: string, off: boolean): void {
    if (off) this.removeCamera(cameraId);
  }

  removeCamera(cameraId: string): void {
    this.#kept.delete(cameraId);
    this.#run(() => rm(this.#pathOf(cameraId), { force: true }));
  }

  /** Resolves when the last pictures are kept. Idempotent. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    return this.#keepAll();
  }

  #keepAll(): Promise<void> {
    for (const { id } of this.#options.cameras.list()) this.#run(() => this.#keep(id));
    return this.#work;
  }

  async #keep(cameraId: string): Promise<void> {
    const { frames, isOff, dates } = this.#options;
    const frame = frames.latest(cameraId);
    if (!frame || isOff(cameraId) || this.#kept.get(cameraId) === frame) return;
    const path = this.#pathOf(cameraId);
    const takenAt = new Date(dates.dateMs(frame.captureUs));
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, frame.jpeg, { mode: 0o600 });
    await utimes(`${path}.new`, takenAt, takenAt);
    await rename(`${path}.new`, path);
    this.#kept.set(cameraId, frame);
  }

  async #restoreAll(): Promise<void> {
    const known = new Map(this.#options.cameras.list().map(({ id }) => [fileNameOf(id), id]));
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const cameraId = known.get(name);
      const path = join(this.#folder, name);
      // Its camera is no longer shown, or it is the rest of a power cut.
      if (cameraId === undefined || this.#options.isOff(cameraId)) this.#run(() => rm(path, { force: true }));
      else this.#run(() => this.#restore(cameraId, path));
    }
    await this.#work;
  }

  async #restore(cameraId: string, path: string): Promise<void> {
    const { frames, dates, nowUs } = this.#options;
    const jpeg = await readFile(path);
    const size = inspectJpeg(jpeg);
    if (typeof size === 'string') return rm(path, { force: true });
    // A date in the future: the clock is behind, or was ahead when the picture came.
    const captureUs = Math.min(dates.serverUs((await stat(path)).mtimeMs), nowUs());
    const frame = { cameraId, jpeg, ...size, captureUs, receivedUs: captureUs };
    this.#kept.set(cameraId, frame);
    frames.restore(frame);
  }

  #run(change: () => Promise<void>): void {
    this.#work = this.#work.then(change).catch((error: unknown) => {
      this.#options.log.warn({ err: error, component: 'api' }, 'failed to keep a last picture');
    });
  }

  #pathOf(cameraId: string): string {
    return join(this.#folder, fileNameOf(cameraId));
  }
}

function fileNameOf(cameraId: string): string {
  return encodeURIComponent(cameraId) + EXTENSION;
}

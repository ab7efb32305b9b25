/**
 * Writes one recording: the encoded VP8 frames, in a WebM file with cues.
 *
 * Invariants: a frame is with the operating system as soon as it is added, and on the disk a second later at the latest, so that
 * a crash loses nothing and a power cut little; disk space is requested before it is used, that of the file's end at its
 * beginning, so that a file that gets no more space still ends properly; and the queue to a slow disk is bounded.
 *
 * The last picture lasts until the file's end, which mediabunny does not write: blocks have no duration, so the Duration of the
 * file is set after everything else is written (RFC 9559 section 5.1.2.10).
 */

import { open, type FileHandle } from 'node:fs/promises';
import { EncodedPacket, EncodedVideoPacketSource, Output, StreamTarget, WebMOutputFormat } from 'mediabunny';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { syncFolderOf } from './sync-folder.ts';

/** Requests room on the disk. @returns false when there is none */
export type Admit = (bytes: number) => Promise<boolean>;

export interface WebmFileOptions {
  admit: Admit;
  /** Interval of fsync. */
  syncIntervalMs?: number;
  /** Bytes of frames that may wait for the disk; beyond this the file fails. */
  maxQueuedBytes?: number;
}

export type WriteProblem = 'noRoom' | 'slowDisk' | 'diskError';

/** Why a file could not be written further. Its content so far is valid. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly problem: WriteProblem;
  constructor(problem: WriteProblem, options?: ErrorOptions) {
    super(`the recording cannot continue: ${problem}`, options);
    this.problem = problem;
  }
}

const SYNC_INTERVAL_MS = 1_000;
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** The beginning of a file and its end: header, cues of a minute. Measured at 246 and some 20 a cluster. */
const FILE_OVERHEAD_BYTES = 4_096;
/** The element Duration, an 8-byte float: its id and size. It stands near the beginning. */
const DURATION = Buffer.from('448988', 'hex');
const DURATION_WITHIN_BYTES = 1_024;
/** Bytes besides a frame's own: its block's header and, for a keyframe, its cluster's. */
const FRAME_OVERHEAD_BYTES = 64;

export class WebmFile {
  readonly path: string;
  readonly startMs: number;
  readonly width: number;
  readonly height: number;
  readonly #handle: FileHandle;
  readonly #options: Required<WebmFileOptions>;
  readonly #output: Output;
  readonly #track = new EncodedVideoPacketSource('vp8');
  readonly #startUs: number;
  readonly #syncTimer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();
  #error: WriteError | undefined;
  #queuedBytes = 0;
  #bytes = 0;
  #isEmpty = true;
  #lastSeconds = -1;
  #endUs: number;
  #durationAt: number | undefined;
  #dirty = false;
  #isNamed = false;
  #closed: Promise<void> | undefined;

  /**
   * @param path must not exist, but its folder must
   * @param first its size is the whole file's, its time the file's begin; it still has to be added
   * @throws Error of the file system
   */
  static async create(path: string, first: EncodedFrame, options: WebmFileOptions): Promise<WebmFile> {
    const handle = await open(path, 'wx', 0o600);
    const file = new WebmFile(path, handle, first, options);
    await file.#output.start();
    return file;
  }

  private constructor(path: string, handle: FileHandle, first: EncodedFrame, options: WebmFileOptions) {
    this.path = path;
    this.#handle = handle;
    this.#options = { syncIntervalMs: SYNC_INTERVAL_MS, maxQueuedBytes: MAX_QUEUED_BYTES, ...options };
    this.#startUs = first.captureUs;
    this.#endUs = first.captureUs;
    this.startMs = Math.floor(first.captureUs / 1000);
    this.width = first.width;
    this.height = first.height;
    const target = new StreamTarget(
      new WritableStream({ write: ({ data, position }) => this.#write(data, position) }),
    );
    this.#output = new Output({ format: new WebMOutputFormat({ minimumClusterDuration: 1 }), target });
    this.#output.addVideoTrack(this.#track);
    this.#syncTimer = setInterval(() => this.#enqueue(0, () => this.#sync()), this.#options.syncIntervalMs);
  }

  /** On the disk, or on their way there. */
  get bytes(): number {
    return this.#bytes;
  }

  /** No frame was written. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** End of the last frame, as far as known, ms since the Unix epoch. */
  get endMs(): number {
    return Math.floor(this.#endUs / 1000);
  }

  /** Why nothing more can be added. */
  get error(): WriteError | undefined {
    return this.#error;
  }

  /** Adds a frame of this file's size; the first must be a keyframe. Never waits. */
  add(frame: EncodedFrame): void {
    if (this.#error || this.#closed) return;
    if (this.#queuedBytes + frame.data.length > this.#options.maxQueuedBytes) {
      this.#fail('slowDisk');
      return;
    }
    // WebM counts in milliseconds; two frames in the same millisecond are not possible.
    const seconds = Math.max((frame.captureUs - this.#startUs) / 1e6, this.#lastSeconds + 0.001);
    const isFirst = this.#lastSeconds < 0;
    this.#lastSeconds = seconds;
    this.#endUs = Math.max(this.#endUs, frame.captureUs);
    const packet = new EncodedPacket(frame.data, frame.keyframe ? 'key' : 'delta', seconds, 0);
    const { width: codedWidth, height: codedHeight } = this;
    const metadata = { decoderConfig: { codec: 'vp8', codedWidth, codedHeight } };
    const metadataOnce = isFirst ? metadata : undefined;
    const bytes = frame.data.length + FRAME_OVERHEAD_BYTES + (isFirst ? FILE_OVERHEAD_BYTES : 0);
    this.#enqueue(frame.data.length, async () => {
      if (this.#error) return;
      if (!(await this.#options.admit(bytes))) {
        this.#fail('noRoom');
        return;
      }
      await this.#track.add(packet, metadataOnce);
      this.#isEmpty = false;
    });
  }

  /** The last frame lasts until then at least: the next one comes after it. @param endMs ms since the Unix epoch */
  lastsUntil(endMs: number): void {
    if (!this.#closed) this.#endUs = Math.max(this.#endUs, endMs * 1000);
  }

  /** Once everything added so far is with the operating system. */
  async flushed(): Promise<void> {
    await this.#work;
  }

  /** Idempotent. Writes the cues and everything that is still to be written; never throws, see `error`. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #enqueue(bytes: number, step: () => Promise<void>): void {
    this.#queuedBytes += bytes;
    this.#work = this.#work
      .then(() => (this.#error?.problem === 'diskError' ? undefined : step()))
      .catch((error: unknown) => void this.#fail('diskError', error))
      .finally(() => {
        this.#queuedBytes -= bytes;
      });
  }

  async #write(data: Uint8Array, position: number): Promise<void> {
    this.#bytes = Math.max(this.#bytes, position + data.length);
    if (position < DURATION_WITHIN_BYTES) this.#findDuration(data, position);
    for (let written = 0; written < data.length;) {
      const { bytesWritten } = await this.#handle.write(
        data,
        written,
        data.length - written,
        position + written,
      );
      written += bytesWritten;
    }
    this.#dirty = true;
  }

  async #sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    await this.#handle.datasync();
    if (!this.#isNamed) await syncFolderOf(this.path);
    this.#isNamed = true;
  }

  async #finish(): Promise<void> {
    clearInterval(this.#syncTimer);
    this.#enqueue(0, async () => {
      this.#track.close();
      await this.#output.finalize();
      await this.#writeDuration();
      await this.#sync();
    });
    await this.#work;
    await this.#handle.close().catch((error: unknown) => void this.#fail('diskError', error));
  }

  #findDuration(data: Uint8Array, position: number): void {
    if (this.#durationAt !== undefined) return;
    const at = Buffer.from(data.buffer, data.byteOffset, data.byteLength).indexOf(DURATION);
    if (at >= 0) this.#durationAt = position + at + DURATION.length;
  }

  async #writeDuration(): Promise<void> {
    if (this.#durationAt === undefined) return;
    const durationMs = Buffer.alloc(8);
    durationMs.writeDoubleBE((this.#endUs - this.#startUs) / 1000);
    await this.#write(durationMs, this.#durationAt);
  }

  #fail(problem: WriteProblem, cause?: unknown): WriteError {
    this.#error ??= new WriteError(problem, { cause });
    return this.#error;
  }
}

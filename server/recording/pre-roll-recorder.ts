/**
 * Records the seconds before an event of one camera: the frames kept in memory become a separate segment, which ends where the
 * event's begins. A failure is logged, and loses only those seconds.
 *
 * Invariant: once it is closed, it neither continues nor begins a recording, so that a camera's recordings can be deleted.
 */

import type { Subscription } from '../core/fan-out.ts';
import { PreRoll } from '../core/recording/pre-roll.ts';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { Log } from '../log.ts';
import type { RecordingSettings } from '../wire/recording.ts';
import type { RecordingLibrary } from './recording-library.ts';

export interface RecordedPictures {
  subscribe(cameraId: string, onFrame: (frame: CameraFrame) => void): Subscription;
}

export interface BatchEncoder {
  encodeBatch(frames: readonly CameraFrame[], bitrateBps: number): Promise<EncodedFrame[]>;
}

export interface PreRollRecorderOptions {
  cameraId: string;
  /** The JPEGs as they come. */
  pictures: RecordedPictures;
  video: BatchEncoder;
  library: RecordingLibrary;
  dates: Dates;
  log: Log;
}

/** Limit of the JPEGs. */
const MAX_BYTES = 16 * 1024 * 1024;

export class PreRollRecorder {
  readonly #options: PreRollRecorderOptions;
  #settings: RecordingSettings | undefined;
  #kept: PreRoll | undefined;
  #pictures: Subscription | undefined;
  #isClosed = false;
  /** Settles once no segment is being written; never rejects. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: PreRollRecorderOptions) {
    this.#options = options;
  }

  setSettings(settings: RecordingSettings): void {
    this.#forget();
    if (this.#isClosed) return;
    this.#settings = settings;
    const { mode, preRollSeconds, fps: maxFps } = settings;
    if (mode !== 'events' || preRollSeconds === 0) return;
    const kept = new PreRoll({ maxMs: preRollSeconds * 1000, maxBytes: MAX_BYTES, maxFps });
    this.#kept = kept;
    const { cameraId, pictures } = this.#options;
    this.#pictures = pictures.subscribe(cameraId, (frame) => kept.add(frame));
  }

  /** @param startedMs date of the event. Never throws */
  async record(startedMs: number): Promise<void> {
    const { cameraId, video, dates, log } = this.#options;
    try {
      if (!this.#settings || !this.#kept) return;
      const { bitrateBps, protectEvents, preRollSeconds } = this.#settings;
      const kept = this.#kept.take();
      // The newest picture is the first of the live recording.
      const newest = kept.pop();
      const fromUs = dates.serverUs(startedMs) - preRollSeconds * 1_000_000;
      const frames = await video.encodeBatch(
        kept.filter(({ captureUs }) => captureUs >= fromUs),
        bitrateBps,
      );
      // When it is closed, it does not wait for the encoder.
      if (this.#isClosed) return;
      const written = this.#write(frames, protectEvents, newest);
      this.#writing = Promise.allSettled([this.#writing, written]);
      await written;
    } catch (error) {
      log.error({ err: error, cameraId }, 'failed to record the pre-roll of an event');
    }
  }

  /** @returns once the segment that is being written has ended. Idempotent; never rejects */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#forget();
    await this.#writing;
  }

  async #write(
    frames: readonly EncodedFrame[],
    isProtected: boolean,
    newest: CameraFrame | undefined,
  ): Promise<void> {
    const [first] = frames;
    if (!first) return;
    const recording = await this.#options.library.begin(first, isProtected);
    for (const frame of frames) {
      if (frame.width !== first.width || frame.height !== first.height) continue;
      recording.add(frame);
      // All frames at once would exceed the queue to the disk.
      await recording.flushed();
    }
    if (newest) recording.lastsUntil(newest.captureUs / 1000);
    await recording.close();
  }

  #forget(): void {
    this.#pictures?.close();
    this.#pictures = undefined;
    this.#kept = undefined;
  }
}

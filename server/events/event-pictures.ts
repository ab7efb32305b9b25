/**
 * A small picture of each thing that moved, for lists and timelines.
 *
 * Invariant: one picture an event, taken while the camera sends some; where none can be had the event has none, and nothing
 * else suffers.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';
import type { EventView } from '../wire/event.ts';

/** Where the newest pictures are, and what makes them small; main connects both. */
export interface PictureSources {
  /** @returns the newest that a decoder accepts */
  sound(cameraId: string): Promise<CameraFrame | undefined>;
  /** @returns a JPEG of `width` pixels. @throws when it cannot be made */
  shrink(frame: CameraFrame, width: number): Promise<Uint8Array>;
}

export interface IllustratedLog {
  illustrate(event: EventView, jpeg: Uint8Array): void;
}

/** Who has just come in is at the rim of the picture, and half of them outside of it. */
const DELAY_MS = 700;
const WIDTH_PIXELS = 240;
/** A camera that sent nothing for this long shows something else. */
const STALE_MS = 5_000;
const MAX_WAITING = 64;

export class EventPictures {
  readonly #sources: PictureSources;
  readonly #log: IllustratedLog;
  readonly #errors: Log;
  readonly #waiting = new Map<string, NodeJS.Timeout>();

  constructor(sources: PictureSources, log: IllustratedLog, errors: Log) {
    this.#sources = sources;
    this.#log = log;
    this.#errors = errors.child({ component: 'events' });
  }

  /** As the log tells it: when it starts, when more is known of it, when it ends. */
  onEvent(event: EventView): void {
    const { id, kind, thumbnail } = event;
    if (kind !== 'motion' || thumbnail || this.#waiting.has(id) || this.#waiting.size >= MAX_WAITING) return;
    // What is told once, ended, has just begun all the same; what ends now had its picture taken.
    if (event.endedAtMs !== null && event.endedAtMs > event.startedAtMs) return;
    this.#waiting.set(
      id,
      setTimeout(() => void this.#take(event), DELAY_MS),
    );
  }

  /** Idempotent. */
  close(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  async #take(event: EventView): Promise<void> {
    try {
      const frame = await this.#sources.sound(event.cameraId);
      if (!frame || Date.now() - frame.receivedUs / 1000 > STALE_MS) return;
      const jpeg = frame.width > WIDTH_PIXELS ? await this.#sources.shrink(frame, WIDTH_PIXELS) : frame.jpeg;
      this.#log.illustrate(event, jpeg);
    } catch (error) {
      this.#errors.warn({ err: error, cameraId: event.cameraId }, 'failed to make an event picture');
    } finally {
      this.#waiting.delete(event.id);
    }
  }
}

/**
 * A thumbnail for each motion event, for lists and timelines.
 *
 * Invariant: one picture per event, taken while the camera sends pictures; where that fails the event has none, with no
 * other effect.
 */

import { serverClock, type Clock } from '../core/clock.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { EventView } from '../wire/event.ts';

/** Source of the newest frames, and their scaling. */
export interface PictureSources {
  /** @returns the newest that a decoder accepts */
  sound(cameraId: string): Promise<CameraFrame | undefined>;
  /** @returns a JPEG of `width` pixels. @throws when it cannot be made */
  shrink(frame: CameraFrame, width: number): Promise<Uint8Array>;
  /** @returns age at which the camera's newest picture is no longer live, ms; if missing, the default */
  staleAfterMs?: (cameraId: string) => number;
}

export interface IllustratedLog {
  illustrate(event: EventView, jpeg: Uint8Array): void;
}

/** A person who has just entered is at the edge of the picture, and half outside of it. */
const DELAY_MS = 700;
const WIDTH_PIXELS = 240;
/** After this long without a picture the scene has changed, unless the camera is slower than that. */
const STALE_MS = 5_000;
const MAX_WAITING = 64;

export class EventPictures {
  readonly #sources: PictureSources;
  readonly #log: IllustratedLog;
  readonly #errors: Log;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, NodeJS.Timeout>();

  constructor(sources: PictureSources, log: IllustratedLog, errors: Log, clock: Clock = serverClock) {
    this.#clock = clock;
    this.#sources = sources;
    this.#log = log;
    this.#errors = errors.child({ component: 'events' });
  }

  /** Called by the event log at the start, at updates and at the end. */
  onEvent(event: EventView): void {
    const { id, kind, thumbnail } = event;
    if (kind !== 'motion' || thumbnail || this.#waiting.has(id) || this.#waiting.size >= MAX_WAITING) return;
    // An event stored only once, at its end, needs its picture now; one that ends now has its picture.
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
      const staleAfterMs = Math.max(STALE_MS, this.#sources.staleAfterMs?.(event.cameraId) ?? 0);
      if (!frame || this.#clock() - frame.receivedUs > staleAfterMs * 1000) return;
      const jpeg = frame.width > WIDTH_PIXELS ? await this.#sources.shrink(frame, WIDTH_PIXELS) : frame.jpeg;
      this.#log.illustrate(event, jpeg);
    } catch (error) {
      // The camera was switched off meanwhile: no picture may be stored.
      if (error instanceof VigieError && error.code === 'cameraOff') return;
      this.#errors.warn({ err: error, cameraId: event.cameraId }, 'failed to make an event picture');
    } finally {
      this.#waiting.delete(event.id);
    }
  }
}

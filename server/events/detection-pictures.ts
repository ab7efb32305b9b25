/**
 * The picture of a detection's event: the frame in which its object was seen best, scaled down. A better one replaces it.
 *
 * Invariants: one picture is in work, and per event the best one waits; a picture that cannot be made is left out, with no other
 * effect; after a camera was switched off or removed, no picture of it is stored.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';

export interface PicturedEvent {
  id: string;
  cameraId: string;
}

export interface DetectionPicturesOptions {
  /** @returns a JPEG of this very frame, `width` pixels wide. @throws when it cannot be made; it settles within seconds */
  scaleFrame: (frame: CameraFrame, width: number) => Promise<Uint8Array>;
  /** Stores it in place of the one before. */
  store: (event: PicturedEvent, jpeg: Uint8Array) => void;
  isOff: (cameraId: string) => boolean;
  log: Log;
}

/** As on the pictures of other events. */
const WIDTH_PIXELS = 240;
const MAX_WAITING = 64;

export class DetectionPictures {
  readonly #options: DetectionPicturesOptions;
  readonly #log: Log;
  /** By event, in the order they wait. */
  readonly #waiting = new Map<string, { event: PicturedEvent; frame: CameraFrame }>();
  #isWorking = false;
  #inWork: PicturedEvent | undefined;
  /** Number of pictures dropped for lack of room. */
  leftOut = 0;

  constructor(options: DetectionPicturesOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'events' });
  }

  take(event: PicturedEvent, frame: CameraFrame): void {
    if (!this.#waiting.has(event.id) && this.#waiting.size >= MAX_WAITING) {
      this.leftOut++;
      return;
    }
    this.#waiting.set(event.id, { event, frame });
    if (!this.#isWorking) void this.#work();
  }

  /** Drops waiting pictures, and the one in work. */
  forget(cameraId: string): void {
    if (this.#inWork?.cameraId === cameraId) this.#inWork = undefined;
    for (const [id, { event }] of this.#waiting) if (event.cameraId === cameraId) this.#waiting.delete(id);
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (const [id, { event, frame }] of this.#waiting) {
      this.#waiting.delete(id);
      this.#inWork = event;
      try {
        const jpeg =
          frame.width > WIDTH_PIXELS ? await this.#options.scaleFrame(frame, WIDTH_PIXELS) : frame.jpeg;
        // Its camera was removed, or switched off, during the wait: there is to be no picture.
        if (this.#inWork === event && !this.#options.isOff(event.cameraId)) this.#options.store(event, jpeg);
      } catch (error) {
        this.#log.warn({ err: error, cameraId: event.cameraId }, 'failed to make an event picture');
      }
    }
    this.#inWork = undefined;
    this.#isWorking = false;
  }
}

/**
 * One viewer's watch of one camera over the signaling WebSocket: JPEGs from the hub to the socket, not decoded here.
 *
 * Invariant: at most `window` pictures are unacknowledged and at most one, the newest, waits. So a slow link or phone
 * gets fewer pictures, never older ones, and the socket buffers no more than the window.
 */

import { AckWindow } from '../core/link/ack-window.ts';
import { ackWindowSize, MIN_ACK_WINDOW } from '../core/link/ack-window-size.ts';
import type { CameraFrame, CameraFrames } from '../core/video/camera-frame.ts';
import type { Clock } from '../core/clock.ts';
import type { Subscription } from '../core/fan-out.ts';
import { FramePace } from '../core/video/frame-pace.ts';
import { FrameRateMeter } from '../core/video/frame-rate-meter.ts';
import { PICTURE_HEADER_BYTES, writePictureHeader } from '../wire/picture-message.ts';

export interface FrameWatchOptions {
  id: number;
  cameraId: string;
  /** Frames per second; undefined: as many as fit the link. */
  maxFps?: number | undefined;
  frames: CameraFrames;
  clock: Clock;
  /** Whether the socket has room; call `flush` when it has room again. */
  mayWrite: () => boolean;
  write: (message: Uint8Array) => void;
}

export class FrameWatch {
  readonly id: number;
  readonly cameraId: string;
  readonly #options: FrameWatchOptions;
  readonly #pace: FramePace;
  readonly #window = new AckWindow<CameraFrame>(MIN_ACK_WINDOW);
  readonly #rate = new FrameRateMeter(0);
  readonly #subscription: Subscription;
  #roundTripUs = Infinity;
  #sent = 0;
  #skipped = 0;
  #closed = false;

  constructor(options: FrameWatchOptions) {
    const { id, cameraId, frames, maxFps } = options;
    this.id = id;
    this.cameraId = cameraId;
    this.#options = options;
    this.#pace = new FramePace(maxFps);
    this.#subscription = frames.subscribe(cameraId, (frame) => this.#onFrame(frame));
    const latest = frames.latest(cameraId);
    // Not from here: the response with the watch's id must be on the socket before its first picture.
    if (!latest) return;
    queueMicrotask(() => {
      // A newer picture may have arrived meanwhile.
      if (this.#pace.lastUs < latest.receivedUs) this.#onFrame(latest);
    });
  }

  /** Pictures sent, and pictures replaced by a newer one before they were sent. */
  get counters(): { sent: number; passedOver: number } {
    return { sent: this.#sent, passedOver: this.#window.passedOver + this.#skipped };
  }

  /** @returns false when no sent picture was waiting for this acknowledgement */
  acknowledge(sequence: number): boolean {
    const { oldestSentAtUs, inFlight } = this.#window;
    if (!this.#window.acknowledge(sequence) || this.#window.inFlight === inFlight) return false;
    const nowUs = this.#options.clock();
    if (oldestSentAtUs !== undefined) this.#roundTripUs = Math.min(this.#roundTripUs, nowUs - oldestSentAtUs);
    this.#window.size = ackWindowSize(this.#roundTripUs, this.#rate.fps);
    this.flush();
    return true;
  }

  /** Sends the waiting picture when window and socket allow. Call it also when the socket has drained. */
  flush(): void {
    const { clock, mayWrite, write } = this.#options;
    while (!this.#closed && mayWrite()) {
      const nowUs = clock();
      const next = this.#window.take(nowUs);
      if (!next) return;
      this.#rate.add(nowUs);
      this.#sent++;
      write(this.#message(next.frame, next.sequence));
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#subscription.close();
  }

  #onFrame(frame: CameraFrame): void {
    if (!this.#pace.take(frame.receivedUs)) {
      this.#skipped++;
      return;
    }
    this.#window.offer(frame);
    this.flush();
  }

  #message({ jpeg, captureUs }: CameraFrame, sequence: number): Uint8Array {
    const message = new Uint8Array(PICTURE_HEADER_BYTES + jpeg.length);
    const passedOver = this.counters.passedOver >>> 0;
    writePictureHeader({ watchId: this.id, sequence, passedOver, captureUs }, message);
    message.set(jpeg, PICTURE_HEADER_BYTES);
    return message;
  }
}

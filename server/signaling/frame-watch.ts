/**
 * One viewer's watch of one camera over the signaling WebSocket: the JPEGs as the camera sent them, from the hub to the
 * socket. Nothing is decoded for it.
 *
 * Invariant: at most `window` pictures are sent and not acknowledged, at most one waits, and that one is the newest. So a slow
 * link or a slow phone gets fewer pictures, never older ones, and the socket's buffer holds no more than the window.
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
  /** Frames per second; undefined: every one that fits the link. */
  maxFps?: number | undefined;
  frames: CameraFrames;
  clock: Clock;
  /** Whether the socket has room; when it has again, `flush` is to be called. */
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
    // Not from here: the answer that tells the watch's id must be on the socket before its first picture.
    if (!latest) return;
    queueMicrotask(() => {
      // A newer one may have been quicker.
      if (this.#pace.lastUs < latest.receivedUs) this.#onFrame(latest);
    });
  }

  /** Pictures sent, and those a newer one replaced before they could be. */
  get counters(): { sent: number; passedOver: number } {
    return { sent: this.#sent, passedOver: this.#window.passedOver + this.#skipped };
  }

  /** @returns false when it acknowledges nothing that was under way */
  acknowledge(sequence: number): boolean {
    const { oldestSentAtUs, inFlight } = this.#window;
    if (!this.#window.acknowledge(sequence) || this.#window.inFlight === inFlight) return false;
    const nowUs = this.#options.clock();
    if (oldestSentAtUs !== undefined) this.#roundTripUs = Math.min(this.#roundTripUs, nowUs - oldestSentAtUs);
    this.#window.size = ackWindowSize(this.#roundTripUs, this.#rate.fps);
    this.flush();
    return true;
  }

  /** Sends what waits, as far as window and socket let it. Also to be called when the socket has drained. */
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

/**
 * One `GET /api/cameras/:id/mjpeg`: a camera's unmodified JPEGs, each part replacing the one before (RFC 2046 section
 * 5.1, `multipart/x-mixed-replace`), for clients that can show only an `<img>`.
 *
 * Invariant: while the connection drains, at most the newest picture waits; the ones it replaces are counted.
 */

import type { ServerResponse } from 'node:http';
import { monotonicMs } from '../core/clock.ts';
import { unmappedTime, type Dates } from '../core/site-clock.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { DeliveryWindow } from '../core/video/delivery-window.ts';
import { FramePace } from '../core/video/frame-pace.ts';
import { LatestSlot } from '../core/latest-slot.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { SendQueues } from '../net/send-queues.ts';

const BOUNDARY = 'picture';
/** A client that reads nothing for this long counts as gone. */
const STUCK_TIMEOUT_MS = 30_000;

export interface MjpegStreamOptions {
  response: ServerResponse;
  cameraId: string;
  maxFps: number | undefined;
  frames: CameraFrames;
  dates?: Dates;
  queues: SendQueues;
}

export class MjpegStream {
  readonly cameraId: string;
  readonly #response: ServerResponse;
  readonly #dates: Dates;
  readonly #pace: FramePace;
  readonly #waiting = new LatestSlot<CameraFrame>();
  readonly #subscription: Subscription;
  readonly #queues: SendQueues;
  readonly #window = new DeliveryWindow();
  #watch: Subscription | undefined;
  #closed = false;
  #stuck: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor({ response, cameraId, maxFps, frames, dates, queues }: MjpegStreamOptions) {
    this.#dates = dates ?? unmappedTime();
    this.cameraId = cameraId;
    this.#response = response;
    this.#queues = queues;
    this.#pace = new FramePace(maxFps);
    response.writeHead(200, {
      'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      'Cache-Control': 'no-store',
      // Tells proxies that buffer answers (nginx) to pass this one on at once.
      'X-Accel-Buffering': 'no',
    });
    // A camera may be silent for long; `stuck` detects a client that does not read.
    response.setTimeout(0);
    response.write(`--${BOUNDARY}\r\n`);
    response.on('drain', () => this.#onDrain());
    this.#subscription = frames.subscribe(cameraId, (frame) => this.#offer(frame));
    const latest = frames.latest(cameraId);
    if (latest) this.#offer(latest);
  }

  /** Pictures sent, and pictures replaced by a newer one before they were sent. */
  get counters(): { sent: number; passedOver: number } {
    return { sent: this.#sent, passedOver: this.#waiting.passedOver };
  }

  /** Idempotent. Does not wait for a client that does not read. */
  close(): void {
    this.#closed = true;
    this.#subscription.close();
    this.#watch?.close();
    clearTimeout(this.#stuck);
    if (this.#response.writableNeedDrain) this.#response.destroy();
    else this.#response.end();
  }

  #offer(frame: CameraFrame): void {
    if (!this.#pace.take(frame.receivedUs)) return;
    this.#waiting.offer(frame);
    this.#send();
  }

  #onDrain(): void {
    this.#onProgress();
    this.#send();
  }

  /** @param bytes that the peer's machine has not acknowledged; undefined: not known */
  #onOutstanding(bytes: number | undefined): void {
    const before = this.#window.inFlight;
    if (bytes === undefined) this.#window.clear();
    else this.#window.onOutstanding(bytes, monotonicMs());
    if (this.#window.inFlight < before) this.#onProgress();
    if (this.#window.inFlight === 0) {
      this.#watch?.close();
      this.#watch = undefined;
    }
    this.#send();
  }

  #onProgress(): void {
    clearTimeout(this.#stuck);
    this.#stuck = undefined;
    if (this.#window.inFlight > 0 || this.#response.writableNeedDrain) this.#expectProgress();
  }

  #expectProgress(): void {
    this.#stuck ??= setTimeout(() => this.close(), STUCK_TIMEOUT_MS);
  }

  #send(): void {
    if (this.#closed || this.#response.writableNeedDrain || !this.#window.isOpen(monotonicMs())) return;
    const { socket } = this.#response;
    const frame = socket && this.#waiting.take();
    if (!frame || this.#response.writableEnded) return;
    this.#sent++;
    const takenAt = (this.#dates.dateMs(frame.captureUs) / 1000).toFixed(6);
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${frame.jpeg.length}\r\nX-Timestamp: ${takenAt}\r\n\r\n`;
    this.#window.onSent(head.length + frame.jpeg.length, monotonicMs());
    this.#watch ??= this.#queues.watch(socket, (bytes) => this.#onOutstanding(bytes));
    this.#response.cork();
    this.#response.write(head);
    this.#response.write(frame.jpeg);
    // The next part's boundary is sent at once: browsers show a picture when they see its end.
    this.#response.write(`\r\n--${BOUNDARY}\r\n`);
    this.#response.uncork();
    this.#expectProgress();
  }
}

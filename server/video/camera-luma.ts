/**
 * One camera's eighth-size luma, a few times a second, for motion detection.
 *
 * Invariant: no picture is decoded twice. While the camera is encoded, the luma is taken from the decoded picture;
 * otherwise from a reduced decode of the newest JPEG, only as often as requested.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Clock } from '../core/clock.ts';
import { FanOut, type Subscription } from '../core/fan-out.ts';
import type { LumaFrame } from '../core/video/luma-frame.ts';
import type { Log } from '../log.ts';
import { LUMA_REQUEST } from './codec-messages.ts';
import type { CodecPool } from './codec-pool.ts';
import type { CodecSeat } from './codec-seat.ts';
import type { FrameHub } from './frame-hub.ts';

export interface CameraLumaContext {
  cameraId: string;
  hub: FrameHub;
  pool: CodecPool;
  clock: Clock;
  log: Log;
  /** Whether an encoder decodes this camera's pictures now. */
  isEncoded: () => boolean;
  options: LumaOptions;
}

export interface LumaOptions {
  /** Minimum between two pictures. */
  lumaIntervalMs: number;
}

/** Cameras jitter: a frame that arrives this much early is already due. */
const EARLY_SHARE = 0.2;

export class CameraLuma {
  readonly #context: CameraLumaContext;
  readonly #subscribers: FanOut<[LumaFrame]>;
  #source: Subscription | undefined;
  #seat: CodecSeat | undefined;
  #inWork: CameraFrame | undefined;
  #nextUs = 0;

  constructor(context: CameraLumaContext) {
    this.#context = context;
    const { log, cameraId } = context;
    this.#subscribers = new FanOut<[LumaFrame]>((error) =>
      log.error({ err: error, cameraId }, 'failed to handle a luma picture'),
    );
  }

  get wanted(): boolean {
    return this.#subscribers.size > 0;
  }

  /** For the encoder, before it takes a picture: whether it should read the luma too. */
  get due(): boolean {
    return this.wanted && this.#context.clock() >= this.#nextUs;
  }

  subscribe(onLuma: (frame: LumaFrame) => void): Subscription {
    const subscription = this.#subscribers.subscribe(onLuma);
    this.#source ??= this.#context.hub.subscribe(this.#context.cameraId, (frame) =>
      this.#onCameraFrame(frame),
    );
    return {
      close: () => {
        subscription.close();
        if (!this.wanted) this.#rest();
      },
    };
  }

  deliver({ cameraId, captureUs }: CameraFrame, columns: number, rows: number, luma: Uint8Array): void {
    const { clock, options } = this.#context;
    this.#nextUs = clock() + options.lumaIntervalMs * 1000 * (1 - EARLY_SHARE);
    const frame: LumaFrame = { cameraId, width: columns, height: rows, luma, captureUs };
    this.#subscribers.tell(frame);
  }

  /** Idempotent. */
  close(): void {
    this.#subscribers.clear();
    this.#rest();
  }

  #rest(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#releaseSeat();
  }

  #releaseSeat(): void {
    this.#seat?.close();
    this.#seat = undefined;
    this.#inWork = undefined;
  }

  #onCameraFrame(frame: CameraFrame): void {
    if (this.#context.isEncoded()) return this.#releaseSeat();
    this.#context.pool.onPicture(frame.cameraId, frame);
    if (!this.due || this.#inWork) return;
    this.#seat ??= this.#open();
    if (!this.#seat.ready) return;
    this.#inWork = frame;
    this.#seat.ask(LUMA_REQUEST, frame);
  }

  #open(): CodecSeat {
    return this.#context.pool.open(this.#context.cameraId, {
      // The next frame always comes soon.
      onReady: () => undefined,
      onAnswer: ({ width, height }, luma) => {
        const frame = this.#inWork;
        this.#inWork = undefined;
        if (frame) this.deliver(frame, width, height, luma);
      },
      onRejected: () => {
        this.#inWork = undefined;
      },
      onLost: () => {
        this.#inWork = undefined;
      },
    });
  }
}

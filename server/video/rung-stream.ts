/**
 * One rung of a watched camera, on the server's side: its subscribers, their demand, and the keyframes they wait for.
 *
 * Invariant: the rung is encoded only while it has a subscriber; its encoder is kept open for a while after the last
 * one has left.
 */

import { BitrateChoice } from '../core/video/bitrate-choice.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { CombinedDemand } from '../core/video/encoding-demand.ts';
import type { RungSubscription } from '../core/video/frame-source.ts';
import { FrameSubscribers, type Wanted } from '../core/video/frame-subscribers.ts';
import { FramePace } from '../core/video/frame-pace.ts';
import { KeyframeRequests } from '../core/video/keyframe-requests.ts';
import { rungSize, type RungName } from '../core/video/rungs.ts';
import type { Log } from '../log.ts';
import type { RungRequest } from './codec-messages.ts';

export interface RungStreamOptions {
  /** Keyframes are at least this far apart. */
  keyframeIntervalMs: number;
  /** How long the encoder outlives the last subscriber. */
  graceMs: number;
}

export interface RungStreamContext {
  rung: RungName;
  log: Log;
  /** Frames of this rung sent to subscribers, by this stream or one before it. */
  given: WeakSet<CameraFrame>;
  options: RungStreamOptions;
}

/** Without the keyframes, which are the camera's encoder's to make. */
export type LimitedSubscription = Pick<RungSubscription, 'limit' | 'close'>;

export class RungStream {
  readonly rung: RungName;
  readonly given: WeakSet<CameraFrame>;
  readonly keyframes: KeyframeRequests;
  readonly #options: RungStreamOptions;
  readonly #subscribers: FrameSubscribers;
  readonly #bitrate: BitrateChoice;
  #demand: CombinedDemand;
  #pace = new FramePace(undefined);
  /** Bitrate of the open encoder; 0: there is none. */
  #bitrateBps = 0;
  #leftUs = 0;

  constructor({ rung, log, given, options }: RungStreamContext) {
    this.rung = rung;
    this.given = given;
    this.#options = options;
    this.keyframes = new KeyframeRequests(options.keyframeIntervalMs * 1000);
    this.#subscribers = new FrameSubscribers((error, { cameraId }) =>
      log.error({ err: error, cameraId }, 'failed to handle an encoded frame'),
    );
    this.#demand = this.#subscribers.demand;
    this.#bitrate = new BitrateChoice(rung);
  }

  get watched(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Target of the open encoder; 0: there is none. */
  get bitrateBps(): number {
    return this.#bitrateBps;
  }

  /** Bits per second that recordings need of it; 0: nothing is recorded. */
  get recordedBps(): number {
    return this.watched ? this.#demand.minBitrateBps : 0;
  }

  /** See FrameSubscribers. */
  limitBps(but: object): number | undefined {
    return this.#subscribers.limitBps(but);
  }

  subscribe(
    onFrame: (frame: EncodedFrame) => void,
    wanted: Wanted,
    clock: () => number,
  ): LimitedSubscription {
    const subscription = this.#subscribers.add(onFrame, wanted);
    this.#onDemand();
    return {
      limit: (bps) => {
        wanted.limitBps = bps;
        this.#onDemand();
      },
      close: () => {
        subscription.close();
        this.#onDemand();
        this.#leftUs = clock();
      },
    };
  }

  /** A subscriber waits for this picture, or takes it because it is new. */
  mayTake(frame: CameraFrame): boolean {
    return this.watched && this.#pace.isDue(frame.receivedUs);
  }

  /** @returns whether this new picture is encoded for it */
  takes(frame: CameraFrame, nowUs: number): boolean {
    return this.watched && (this.#pace.take(frame.receivedUs) || this.wantsKeyframe(nowUs));
  }

  /** A keyframe is due now, of any existing picture. */
  wantsKeyframe(nowUs: number): boolean {
    return this.watched && this.keyframes.waitUs(nowUs) === 0;
  }

  /** The encoder begins with this picture. */
  begin(frame: CameraFrame, fps: number, nowUs: number): RungRequest {
    const repeated = this.given.has(frame);
    const keyframe = repeated || this.keyframes.takesNew(nowUs);
    if (keyframe) this.keyframes.served(nowUs, !repeated);
    this.#bitrateBps = this.#chooseBitrateBps(frame, fps, nowUs);
    return { bitrateBps: this.#bitrateBps, encode: true, keyframe };
  }

  /** Nothing is encoded now. @returns undefined when the encoder is closed, or is to be closed */
  rest(nowUs: number): RungRequest | undefined {
    const isOver = !this.watched && nowUs - this.#leftUs >= this.#options.graceMs * 1000;
    if (isOver) this.#bitrateBps = 0;
    return this.#bitrateBps === 0
      ? undefined
      : { bitrateBps: this.#bitrateBps, encode: false, keyframe: false };
  }

  deliver(frame: EncodedFrame): void {
    this.#subscribers.deliver(frame);
  }

  clear(): void {
    this.#subscribers.clear();
  }

  #onDemand(): void {
    const before = this.#demand;
    this.#demand = this.#subscribers.demand;
    this.#bitrate.limitBps = this.#subscribers.limitBps();
    if (this.#demand.live && !before.live) this.#bitrate.restart();
    if (this.#demand.maxFps !== before.maxFps) this.#pace = new FramePace(this.#demand.maxFps);
  }

  #chooseBitrateBps(frame: CameraFrame, fps: number, nowUs: number): number {
    const { live, minBitrateBps } = this.#demand;
    if (!live && minBitrateBps > 0) return minBitrateBps;
    return Math.max(minBitrateBps, this.#bitrate.choose(rungSize(this.rung, frame), fps, nowUs));
  }
}

/**
 * One watched camera: its newest frame goes to the codec, encoded frames go to its subscribers.
 *
 * Invariant: at most one frame is in work and one, the newest, waits; the next frame after any break of the stream (a
 * first subscriber, a request, another codec process) is a keyframe, made of the newest existing picture instead of the
 * next one.
 */

import { BitrateChoice } from '../core/video/video-bitrate.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import { type Clock, machineUs } from '../core/clock.ts';
import type { CombinedDemand, EncodingDemand } from '../core/video/encoding-demand.ts';
import type { EncodedFrame, KeyframeSource } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { FramePace } from '../core/video/frame-pace.ts';
import { FrameRateMeter } from '../core/video/frame-rate-meter.ts';
import { KeyframeRequests } from '../core/video/keyframe-requests.ts';
import { lumaCells } from '../core/video/luma-frame.ts';
import { LatestSlot } from '../core/latest-slot.ts';
import type { VideoTimestamps } from '../core/rtp/rtp-clock.ts';
import type { Log } from '../log.ts';
import { encodeRequest, type CodecReplyHeader } from './codec-messages.ts';
import type { CodecPool } from './codec-pool.ts';
import type { CodecSeat } from './codec-seat.ts';
import type { CameraLuma } from './camera-luma.ts';
import type { FrameHub } from './frame-hub.ts';
import { FrameSubscribers } from './frame-subscribers.ts';
import type { TranscodeCounters } from './transcode-stats.ts';

export interface CameraEncoderOptions {
  /** A camera's keyframes are at least this far apart. */
  keyframeIntervalMs: number;
}

export interface CameraEncoderContext {
  cameraId: string;
  hub: FrameHub;
  pool: CodecPool;
  clock: Clock;
  log: Log;
  counters: TranscodeCounters;
  luma: CameraLuma;
  /** Frames that were given out, by this encoder or one before it. */
  given: WeakSet<CameraFrame>;
  options: CameraEncoderOptions;
}

/** Used until a second of frames has been seen. */
export const ASSUMED_FPS = 25;

export class CameraEncoder {
  readonly #context: CameraEncoderContext;
  readonly #seat: CodecSeat;
  readonly #timestamps: VideoTimestamps;
  readonly #keyframes: KeyframeRequests;
  readonly #slot = new LatestSlot<CameraFrame>();
  readonly #rate = new FrameRateMeter(ASSUMED_FPS);
  readonly #bitrate = new BitrateChoice();
  readonly #subscribers: FrameSubscribers;
  #demand: CombinedDemand;
  #pace = new FramePace(undefined);
  #source: Subscription | undefined;
  #inWork: { frame: CameraFrame; keyframe: boolean; repeated: boolean } | undefined;
  /** The frame the codec refused or died of; it is not tried again. */
  #unusable: CameraFrame | undefined;
  #keyframeTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: CameraEncoderContext, timestamps: VideoTimestamps) {
    this.#context = context;
    this.#timestamps = timestamps;
    this.#subscribers = new FrameSubscribers(context.log);
    this.#demand = this.#subscribers.demand;
    this.#keyframes = new KeyframeRequests(context.options.keyframeIntervalMs * 1000);
    this.#seat = context.pool.open(context.cameraId, {
      onReady: () => this.#pump(),
      onAnswer: (reply, data, luma) => this.#onEncoded(reply, data, luma),
      onRejected: (reason) => this.#onRejected(reason),
      onLost: (culprit) => this.#onLost(culprit),
    });
  }

  get watched(): boolean {
    return this.#subscribers.size > 0;
  }

  get fps(): number {
    return this.#rate.fps;
  }

  subscribe(onFrame: (frame: EncodedFrame) => void, demand?: EncodingDemand): Subscription {
    const { hub, cameraId } = this.#context;
    const subscription = this.#subscribers.add(onFrame, demand);
    this.#onDemand();
    this.#source ??= hub.subscribe(cameraId, (frame) => this.#onCameraFrame(frame));
    this.requestKeyframe();
    return {
      close: () => {
        subscription.close();
        this.#onDemand();
        if (this.watched) return;
        this.#source?.close();
        this.#source = undefined;
        this.#slot.clear();
        clearTimeout(this.#keyframeTimer);
      },
    };
  }

  requestKeyframe(of: KeyframeSource = 'newest'): void {
    if (of === 'next') return this.#keyframes.requestNext();
    // One that is in work has not been delivered yet: it answers this request too.
    if (this.#inWork?.keyframe) return;
    this.#keyframes.request();
    this.#pump();
  }

  limitBitrate(bps: number | undefined): void {
    this.#bitrate.limitBps = bps;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#source?.close();
    this.#subscribers.clear();
    this.#slot.clear();
    clearTimeout(this.#keyframeTimer);
    this.#seat.close();
  }

  #onCameraFrame(frame: CameraFrame): void {
    const { counters, clock, pool } = this.#context;
    counters.framesIn++;
    pool.onPicture(frame.cameraId, frame);
    this.#rate.add(clock());
    if (!this.#pace.take(frame.receivedUs)) return;
    const before = this.#slot.passedOver;
    this.#slot.offer(frame);
    counters.passedOver += this.#slot.passedOver - before;
    this.#pump();
  }

  /** Starts the next frame, if there is one and nothing prevents it. */
  #pump(): void {
    if (this.#closed || !this.watched || this.#inWork || !this.#seat.ready) return;
    const { clock, given } = this.#context;
    const nowUs = clock();
    const waitUs = this.#keyframes.waitUs(nowUs);
    const frame = this.#slot.take() ?? (waitUs === 0 ? this.#newest() : undefined);
    if (waitUs !== undefined && waitUs > 0) this.#pumpAfter(waitUs);
    if (!frame) return;
    const repeated = given.has(frame);
    const keyframe = repeated || this.#keyframes.takesNew(nowUs);
    if (keyframe) this.#keyframes.served(nowUs, !repeated);
    this.#inWork = { frame, keyframe, repeated };
    const bitrateBps = this.#bitrateBps(frame, nowUs);
    this.#context.counters.bitrateBps = bitrateBps;
    // What was looked at before has not moved.
    const luma = !repeated && this.#context.luma.due;
    this.#seat.ask(encodeRequest({ bitrateBps, captureUs: frame.captureUs, keyframe, luma }), frame);
  }

  #onDemand(): void {
    const before = this.#demand.maxFps;
    this.#demand = this.#subscribers.demand;
    if (this.#demand.maxFps !== before) this.#pace = new FramePace(this.#demand.maxFps);
  }

  #bitrateBps({ width, height }: CameraFrame, nowUs: number): number {
    const { live, minBitrateBps } = this.#demand;
    if (!live && minBitrateBps > 0) return minBitrateBps;
    return Math.max(minBitrateBps, this.#bitrate.choose(width, height, this.#rate.fps, nowUs));
  }

  #newest(): CameraFrame | undefined {
    const frame = this.#context.hub.latest(this.#context.cameraId);
    return frame === this.#unusable ? undefined : frame;
  }

  #pumpAfter(waitUs: number): void {
    clearTimeout(this.#keyframeTimer);
    this.#keyframeTimer = setTimeout(() => this.#pump(), Math.ceil(waitUs / 1000));
  }

  #onEncoded(reply: CodecReplyHeader, data: Uint8Array, luma: Uint8Array | undefined): void {
    const work = this.#inWork;
    if (!work) return;
    this.#inWork = undefined;
    const { clock, cameraId, counters, given } = this.#context;
    const { frame, repeated } = work;
    const { captureUs, receivedUs } = frame;
    given.add(frame);
    const { keyframe, width, height } = reply;
    // Both clocks are read at the same moment, so their drift does not matter.
    const offsetUs = clock() - machineUs();
    const toServerClock = (us: number) => Math.round(us + offsetUs);
    counters.encoded++;
    if (keyframe) counters.keyframes++;
    counters.decodeUs += reply.decodedUs - reply.decodeStartUs;
    counters.encodeUs += reply.encodedUs - reply.decodedUs;
    this.#subscribers.deliver({
      cameraId,
      rung: 'full',
      layer: undefined,
      data,
      keyframe,
      repeated,
      width,
      height,
      timestamp90k: this.#timestamps.next(captureUs),
      captureUs,
      receivedUs,
      decodeStartUs: toServerClock(reply.decodeStartUs),
      decodedUs: toServerClock(reply.decodedUs),
      encodedUs: toServerClock(reply.encodedUs),
    });
    this.#pump();
    if (!luma) return;
    const { columns, rows } = lumaCells(width, height);
    this.#context.luma.deliver(frame, columns, rows, luma);
  }

  #onRejected(reason: string): void {
    const { counters, log, cameraId } = this.#context;
    counters.corrupt++;
    log.debug({ cameraId, reason }, 'frame rejected by the decoder');
    this.#giveUpFrame();
    this.#pump();
  }

  #onLost(culprit: boolean): void {
    this.#context.counters.restarts++;
    if (culprit) this.#giveUpFrame();
    this.#inWork = undefined;
    this.#keyframes.failed();
  }

  #giveUpFrame(): void {
    const work = this.#inWork;
    if (!work) return;
    this.#unusable = work.frame;
    this.#inWork = undefined;
    if (work.keyframe) this.#keyframes.failed();
  }
}

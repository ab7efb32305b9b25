/**
 * One watched camera: its newest frame goes to the codec, encoded frames go to the subscribers of each rung.
 *
 * Invariant: at most one frame is in work, for all rungs that are watched, and one, the newest, waits; the next frame of a rung
 * after any break of its stream (a first subscriber, a request, another codec process) is a keyframe, made of the newest existing
 * picture instead of the next one.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import { type Clock, machineUs } from '../core/clock.ts';
import type { EncodedFrame, KeyframeSource } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import type { Wanted } from '../core/video/frame-subscribers.ts';
import { FrameRateMeter } from '../core/video/frame-rate-meter.ts';
import { LatestSlot } from '../core/latest-slot.ts';
import { RUNG_NAMES, type RungName } from '../core/video/rungs.ts';
import type { VideoTimestamps } from '../core/rtp/rtp-clock.ts';
import type { Log } from '../log.ts';
import { encodeRequest, REPLY, type CodecReplyHeader, type RungRequests } from './codec-messages.ts';
import type { CodecPool } from './codec-pool.ts';
import type { CodecSeat } from './codec-seat.ts';
import type { CameraLuma } from './camera-luma.ts';
import type { FrameHub } from './frame-hub.ts';
import { RungStream, type LimitedSubscription, type RungStreamOptions } from './rung-stream.ts';
import type { RungBitrates, TranscodeCounters } from './transcode-stats.ts';

export interface CameraEncoderContext {
  cameraId: string;
  hub: FrameHub;
  pool: CodecPool;
  clock: Clock;
  log: Log;
  counters: TranscodeCounters;
  luma: CameraLuma;
  /** Frames sent to subscribers, by this encoder or one before it. */
  given: Readonly<Record<RungName, WeakSet<CameraFrame>>>;
  options: RungStreamOptions;
}

/** A frame at the codec, and the parts still expected. */
interface Work {
  frame: CameraFrame;
  rungs: RungRequests;
  timestamp90k: number | undefined;
  /** When the previous part was ready, on the machine's clock. */
  readyUs: number | undefined;
}

/** Used until a second of frames has been seen. */
export const ASSUMED_FPS = 25;

export class CameraEncoder {
  readonly #context: CameraEncoderContext;
  readonly #seat: CodecSeat;
  readonly #timestamps: VideoTimestamps;
  readonly #slot = new LatestSlot<CameraFrame>();
  readonly #rate = new FrameRateMeter(ASSUMED_FPS);
  /** Best first. */
  readonly #streams: readonly RungStream[];
  #source: Subscription | undefined;
  #inWork: Work | undefined;
  /** The frame the codec refused or died of; it is not tried again. */
  #unusable: CameraFrame | undefined;
  #keyframeTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: CameraEncoderContext, timestamps: VideoTimestamps) {
    this.#context = context;
    this.#timestamps = timestamps;
    const { log, given, options } = context;
    this.#streams = RUNG_NAMES.map((rung) => new RungStream({ rung, log, given: given[rung], options }));
    this.#seat = context.pool.open(context.cameraId, {
      onReady: () => this.#pump(),
      onAnswer: (reply, data, isLast) => this.#onAnswer(reply, data, isLast),
      onRejected: (reason) => this.#onRejected(reason),
      onLost: (culprit) => this.#onLost(culprit),
    });
  }

  get watched(): boolean {
    return this.#streams.some(({ watched }) => watched);
  }

  get fps(): number {
    return this.#rate.fps;
  }

  get recordedBps(): number {
    return this.#stream('full').recordedBps;
  }

  /** The highest bitrate of a rung that subscribers other than `but` can take; Infinity: no limit; undefined: there are none. */
  limitBps(rung: RungName, but: object): number | undefined {
    return this.#stream(rung).limitBps(but);
  }

  /** The target of each open encoder, bits per second. */
  get bitratesBps(): RungBitrates {
    const open = this.#streams.filter(({ bitrateBps }) => bitrateBps > 0);
    return Object.fromEntries(open.map(({ rung, bitrateBps }) => [rung, bitrateBps]));
  }

  subscribe(rung: RungName, onFrame: (frame: EncodedFrame) => void, wanted: Wanted): LimitedSubscription {
    const { hub, cameraId, clock } = this.#context;
    const subscription = this.#stream(rung).subscribe(onFrame, wanted, clock);
    this.#source ??= hub.subscribe(cameraId, (frame) => this.#onCameraFrame(frame));
    this.requestKeyframe(rung);
    return {
      limit: (bps) => subscription.limit(bps),
      close: () => {
        subscription.close();
        if (this.watched) return;
        this.#source?.close();
        this.#source = undefined;
        this.#slot.clear();
        clearTimeout(this.#keyframeTimer);
      },
    };
  }

  requestKeyframe(rung: RungName, of: KeyframeSource = 'newest'): void {
    const { keyframes } = this.#stream(rung);
    if (of === 'next') return keyframes.requestNext();
    // A frame in work has not been delivered yet: it answers this request too.
    if (this.#inWork?.rungs[rung]?.keyframe) return;
    keyframes.request();
    this.#pump();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#source?.close();
    for (const stream of this.#streams) stream.clear();
    this.#slot.clear();
    clearTimeout(this.#keyframeTimer);
    this.#seat.close();
  }

  #stream(rung: RungName): RungStream {
    const stream = this.#streams[RUNG_NAMES.indexOf(rung)];
    if (!stream) throw new RangeError(`no rung ${rung}`);
    return stream;
  }

  #onCameraFrame(frame: CameraFrame): void {
    const { counters, clock, pool } = this.#context;
    counters.framesIn++;
    pool.onPicture(frame.cameraId, frame);
    this.#rate.add(clock());
    if (!this.#streams.some((stream) => stream.mayTake(frame))) return;
    const before = this.#slot.passedOver;
    this.#slot.offer(frame);
    counters.passedOver += this.#slot.passedOver - before;
    this.#pump();
  }

  /** Starts the next frame, if there is one and nothing prevents it. */
  #pump(): void {
    if (this.#closed || !this.watched || this.#inWork || !this.#seat.ready) return;
    const nowUs = this.#context.clock();
    const frame = this.#slot.take();
    if (frame) this.#begin(frame, nowUs, (stream) => stream.takes(frame, nowUs));
    else if (this.#streams.some((stream) => stream.wantsKeyframe(nowUs)))
      this.#begin(this.#newest(), nowUs, (stream) => stream.wantsKeyframe(nowUs));
    this.#pumpForKeyframes(nowUs);
  }

  #begin(frame: CameraFrame | undefined, nowUs: number, takes: (stream: RungStream) => boolean): void {
    if (!frame) return;
    const { luma, counters } = this.#context;
    // A picture that was analysed before shows no motion.
    const isNew = this.#streams.every(({ given }) => !given.has(frame));
    const rungs: RungRequests = {};
    for (const stream of this.#streams) {
      const request = takes(stream) ? stream.begin(frame, this.#rate.fps, nowUs) : stream.rest(nowUs);
      if (request) rungs[stream.rung] = request;
    }
    if (!Object.values(rungs).some(({ encode }) => encode)) return;
    counters.bitrateBps = Object.values(rungs).reduce(
      (sum, { bitrateBps, encode }) => sum + (encode ? bitrateBps : 0),
      0,
    );
    this.#inWork = { frame, rungs: { ...rungs }, timestamp90k: undefined, readyUs: undefined };
    const { captureUs } = frame;
    this.#seat.ask(encodeRequest({ captureUs, luma: isNew && luma.due, rungs }), frame);
  }

  #newest(): CameraFrame | undefined {
    const frame = this.#context.hub.latest(this.#context.cameraId);
    return frame === this.#unusable ? undefined : frame;
  }

  /** For the keyframes that may not be made yet. */
  #pumpForKeyframes(nowUs: number): void {
    const waitsUs = this.#streams.flatMap(({ watched, keyframes }) =>
      watched ? (keyframes.waitUs(nowUs) ?? []) : [],
    );
    const waitUs = Math.min(...waitsUs.filter((us) => us > 0));
    if (waitUs === Infinity) return;
    clearTimeout(this.#keyframeTimer);
    this.#keyframeTimer = setTimeout(() => this.#pump(), Math.ceil(waitUs / 1000));
  }

  #onAnswer(reply: CodecReplyHeader, data: Uint8Array, isLast: boolean): void {
    const work = this.#inWork;
    if (!work) return;
    if (isLast) this.#inWork = undefined;
    if (reply.type === REPLY.encoded) this.#onEncoded(work, reply, data);
    if (isLast) this.#pump();
    if (reply.type !== REPLY.luma) return;
    this.#context.luma.deliver(work.frame, reply.width, reply.height, data);
  }

  #onEncoded(work: Work, reply: CodecReplyHeader, data: Uint8Array): void {
    const { frame } = work;
    const { rung, keyframe, width, height, layer } = reply;
    if (!work.rungs[rung]?.encode) return;
    // No frame of this rung is expected any more.
    delete work.rungs[rung];
    const stream = this.#stream(rung);
    const repeated = stream.given.has(frame);
    stream.given.add(frame);
    const { captureUs, receivedUs } = frame;
    this.#count(work, reply);
    // Both clocks are read at the same moment, so their drift does not matter.
    const offsetUs = this.#context.clock() - machineUs();
    const toServerClock = (us: number) => Math.round(us + offsetUs);
    work.timestamp90k ??= this.#timestamps.next(captureUs);
    stream.deliver({
      cameraId: this.#context.cameraId,
      rung,
      layer,
      data,
      keyframe,
      repeated,
      width,
      height,
      timestamp90k: work.timestamp90k,
      captureUs,
      receivedUs,
      decodeStartUs: toServerClock(reply.decodeStartUs),
      decodedUs: toServerClock(reply.decodedUs),
      encodedUs: toServerClock(reply.encodedUs),
    });
  }

  #count(work: Work, { keyframe, decodeStartUs, decodedUs, encodedUs }: CodecReplyHeader): void {
    const { counters } = this.#context;
    counters.encoded++;
    if (keyframe) counters.keyframes++;
    // The picture is decoded once, for its first rung.
    if (work.readyUs === undefined) counters.decodeUs += decodedUs - decodeStartUs;
    counters.encodeUs += encodedUs - (work.readyUs ?? decodedUs);
    work.readyUs = encodedUs;
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
    for (const { keyframes } of this.#streams) keyframes.failed();
  }

  #giveUpFrame(): void {
    const work = this.#inWork;
    if (!work) return;
    this.#unusable = work.frame;
    this.#inWork = undefined;
    for (const { rung, keyframes } of this.#streams) if (work.rungs[rung]?.keyframe) keyframes.failed();
  }
}

/**
 * JPEG frames of the hub → VP8, once per watched camera, off the main thread.
 *
 * Invariant: a camera has an encoder from its first subscriber until a grace period after its last one, and never
 * otherwise; during the grace period the encoder is kept, but nothing is encoded.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import type { EncodingDemand } from '../core/video/encoding-demand.ts';
import type {
  EncodedFrame,
  EncodedVideo,
  KeyframeSource,
  OnEncodedFrame,
} from '../core/video/encoded-frame.ts';
import type { FrameSource } from '../core/video/frame-source.ts';
import type { Wanted } from '../core/video/frame-subscribers.ts';
import { heldRung, offeredRungs, type Rung, type RungName } from '../core/video/rungs.ts';
import { IsolatingEmitter, type Subscription } from '../core/fan-out.ts';
import { VideoTimestamps } from '../core/rtp/rtp-clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LumaFrame } from '../core/video/luma-frame.ts';
import { CameraLuma, type LumaOptions } from './camera-luma.ts';
import { encodeBatch } from './batch-encoder.ts';
import { ASSUMED_FPS, CameraEncoder } from './camera-encoder.ts';
import { CodecPool, type CodecFigures } from './codec-pool.ts';
import { CODEC_POOL_DEFAULTS, type CodecPoolOptions } from './codec-pool-options.ts';
import type { FrameHub } from './frame-hub.ts';
import { checkFrame, scaleFrame } from './frame-scaling.ts';
import type { LimitedSubscription, RungStreamOptions } from './rung-stream.ts';
import { SoundFrames, type OnFrameRefused } from './sound-frames.ts';
import {
  countRungs,
  newTranscodeCounters,
  type TranscodeCounters,
  type TranscodeStats,
} from './transcode-stats.ts';

export interface TranscoderOptions extends RungStreamOptions, LumaOptions {
  pool: CodecPoolOptions;
}

export const TRANSCODER_DEFAULTS: TranscoderOptions = {
  graceMs: 3_000,
  keyframeIntervalMs: 300,
  lumaIntervalMs: 200,
  pool: CODEC_POOL_DEFAULTS,
};

interface Camera {
  readonly counters: TranscodeCounters;
  readonly timestamps: VideoTimestamps;
  readonly luma: CameraLuma;
  readonly given: Readonly<Record<RungName, WeakSet<CameraFrame>>>;
  encoder: CameraEncoder | undefined;
  grace: NodeJS.Timeout | undefined;
}

export class Transcoder
  extends IsolatingEmitter<{ refused: Parameters<OnFrameRefused> }>
  implements EncodedVideo
{
  readonly #hub: FrameHub;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #options: TranscoderOptions;
  readonly #pool: CodecPool;
  readonly #sound: SoundFrames;
  readonly #checks = new Map<string, Promise<void>>();
  readonly #cameras = new Map<string, Camera>();
  #closed = false;

  constructor(hub: FrameHub, log: Log, options: Partial<TranscoderOptions> = {}, clock: Clock = serverClock) {
    const ownLog = log.child({ component: 'video' });
    super((error, event) => ownLog.error({ err: error, event }, 'failed to pass on a decoder’s verdict'));
    this.#hub = hub;
    this.#log = ownLog;
    this.#clock = clock;
    this.#options = { ...TRANSCODER_DEFAULTS, ...options };
    this.#sound = new SoundFrames((...refused) => this.emit('refused', ...refused));
    this.#pool = new CodecPool(this.#log, this.#options.pool, clock, (frame, reason) => {
      if (!hub.isForgotten(frame)) this.#sound.onVerdict(frame, reason);
    });
  }

  /** The codec processes alive. */
  get codecPids(): number[] {
    return this.#pool.pids;
  }

  /** Memory, deaths and replacements of the codec processes, and the suspected cameras. */
  get codecFigures(): CodecFigures {
    return this.#pool.figures;
  }

  /** Number of cameras being transcoded. */
  get encodingCount(): number {
    return Array.from(this.#cameras.values()).filter(({ encoder }) => encoder).length;
  }

  /** Number of open encoders of each rung. */
  get rungCounts(): Record<RungName, number> {
    return countRungs(Array.from(this.#cameras.values(), ({ encoder }) => encoder?.bitratesBps ?? {}));
  }

  subscribe(cameraId: string, onFrame: OnEncodedFrame, demand?: EncodingDemand): Subscription {
    return this.#subscribe(cameraId, 'full', onFrame, { demand });
  }

  /** The frames for one client, such as the SFU: it learns the minimum that the others require. */
  sourceOfFrames(): FrameSource {
    const asker = {};
    return {
      subscribeRung: (cameraId, { rung, limitBps }, onFrame) => ({
        ...this.#subscribe(cameraId, rung, onFrame, { limitBps, asker }),
        requestKeyframe: () => this.requestKeyframe(cameraId, 'newest', rung),
      }),
      rungsOf: (cameraId) => this.#rungsFor(cameraId, asker),
    };
  }

  #subscribe(cameraId: string, rung: RungName, onFrame: OnEncodedFrame, wanted: Wanted): LimitedSubscription {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    const camera = this.#camera(cameraId);
    clearTimeout(camera.grace);
    const encoder = (camera.encoder ??= this.#open(cameraId, camera));
    const subscription = encoder.subscribe(rung, onFrame, wanted);
    return {
      limit: (bps) => subscription.limit(bps),
      close: () => {
        subscription.close();
        if (!encoder.watched && camera.encoder === encoder) this.#stopAfterGrace(camera);
      },
    };
  }

  /**
   * A few eighth-size luma pictures a second, whether the camera is watched or not. Does not cause it to be encoded.
   */
  subscribeLuma(cameraId: string, onLuma: (frame: LumaFrame) => void): Subscription {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    return this.#camera(cameraId).luma.subscribe(onLuma);
  }

  /** Stored pictures, encoded beside the live ones; see batch-encoder.ts. */
  encodeBatch(frames: readonly CameraFrame[], bitrateBps: number): Promise<EncodedFrame[]> {
    return this.#closed ? Promise.resolve([]) : encodeBatch(this.#pool, frames, bitrateBps);
  }

  /**
   * A smaller JPEG of one picture.
   *
   * @param width in pixels
   * @throws Error whose message says why it failed
   */
  async scaleFrame(frame: CameraFrame, width: number): Promise<Uint8Array> {
    if (this.#closed) throw new VigieError('unavailable', 'the server is stopping');
    return scaleFrame(this.#pool, frame, width);
  }

  /**
   * The newest picture that a decoder accepts: the latest, which is decoded for this, or the last sound one.
   *
   * @returns undefined when there is none
   */
  async soundFrame(cameraId: string): Promise<CameraFrame | undefined> {
    const latest = this.#hub.latest(cameraId);
    const isJudged = !latest || latest === this.#sound.latest(cameraId) || this.#sound.isUnsound(latest);
    if (!isJudged && !this.#closed) {
      const check = this.#checks.get(cameraId) ?? this.#check(latest);
      await check;
    }
    // Without a newest picture, as for a camera that is switched off, there is no older one either.
    return this.#hub.latest(cameraId) && this.#sound.latest(cameraId);
  }

  requestKeyframe(cameraId: string, of?: KeyframeSource, rung: RungName = 'full'): void {
    this.#cameras.get(cameraId)?.encoder?.requestKeyframe(rung, of);
  }

  #rungsFor(cameraId: string, asker: object): Rung[] {
    const encoder = this.#cameras.get(cameraId)?.encoder;
    const { fps = ASSUMED_FPS, recordedBps } = encoder ?? {};
    const rungs = offeredRungs(this.#hub.latest(cameraId), fps, recordedBps);
    return encoder ? rungs.map((rung) => heldRung(rung, encoder.limitBps(rung.name, asker))) : rungs;
  }

  /** Undefined for a camera that was never watched. */
  stats(cameraId: string): TranscodeStats | undefined {
    const camera = this.#cameras.get(cameraId);
    if (!camera) return undefined;
    return {
      ...camera.counters,
      encoding: camera.encoder !== undefined,
      bitratesBps: camera.encoder?.bitratesBps ?? {},
      timesAside: this.#pool.timesAside(cameraId),
      fps: camera.encoder?.fps ?? 0,
    };
  }

  /** Earlier frames are no longer encoded, decoded or kept. */
  switchCamera(cameraId: string, off: boolean): void {
    if (off) this.removeCamera(cameraId);
  }

  /** Drops its encoder, subscriptions and counters. */
  removeCamera(cameraId: string): void {
    const camera = this.#cameras.get(cameraId);
    if (camera) this.#stop(camera);
    camera?.luma.close();
    this.#cameras.delete(cameraId);
    this.#pool.forget(cameraId);
    this.#sound.removeCamera(cameraId);
  }

  /** Idempotent. Subscribers get nothing more; the codec processes end. */
  close(): void {
    this.#closed = true;
    for (const camera of this.#cameras.values()) {
      this.#stop(camera);
      camera.luma.close();
    }
    this.#pool.close();
  }

  async #check(frame: CameraFrame): Promise<void> {
    const { cameraId } = frame;
    const check = checkFrame(this.#pool, frame).catch((error: unknown) => {
      // The pool has reported a refusal; a busy or dead process gives no further information.
      this.#log.debug({ cameraId, err: error }, 'picture not accepted by a decoder');
    });
    this.#checks.set(cameraId, check);
    await check;
    this.#checks.delete(cameraId);
  }

  #camera(cameraId: string): Camera {
    const known = this.#cameras.get(cameraId);
    if (known) return known;
    const camera: Camera = {
      counters: newTranscodeCounters(),
      timestamps: new VideoTimestamps(),
      given: { full: new WeakSet(), large: new WeakSet(), small: new WeakSet(), tiny: new WeakSet() },
      luma: new CameraLuma({
        ...this.#contextOf(cameraId),
        isEncoded: () => camera.encoder?.watched ?? false,
      }),
      encoder: undefined,
      grace: undefined,
    };
    this.#cameras.set(cameraId, camera);
    return camera;
  }

  #open(cameraId: string, camera: Camera): CameraEncoder {
    const { counters, luma, given, timestamps } = camera;
    return new CameraEncoder({ ...this.#contextOf(cameraId), counters, luma, given }, timestamps);
  }

  #contextOf(cameraId: string) {
    const [hub, pool, clock, log, options] = [this.#hub, this.#pool, this.#clock, this.#log, this.#options];
    return { cameraId, hub, pool, clock, log, options };
  }

  #stopAfterGrace(camera: Camera): void {
    clearTimeout(camera.grace);
    camera.grace = setTimeout(() => this.#stop(camera), this.#options.graceMs);
  }

  #stop(camera: Camera): void {
    clearTimeout(camera.grace);
    camera.encoder?.close();
    camera.encoder = undefined;
  }
}

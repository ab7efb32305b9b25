/**
 * Records one camera: decides when it is recorded. segment-writer.ts writes the segments.
 *
 * Invariants: each picture is recorded once, however often it is encoded; between two pictures of a slow camera the last one
 * continues, also where recording begins or a segment is cut; when a camera should be recorded and is not, there is a gap with
 * the reason, and the next frame ends it; a failure here is retried and does not affect live video.
 */

import type { EncodedFrame, EncodedVideo } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { ALWAYS_LIVE, type Liveness } from '../core/link/camera-liveness.ts';
import { awaySinceMs, isAway, isCurrent, lastFrameEndMs } from '../core/recording/camera-absence.ts';
import { PicturesOnce } from '../core/recording/pictures-once.ts';
import { isRecordingDue } from '../core/recording/recording-schedule.ts';
import type { WallTime } from '../core/local-time.ts';
import type { Log } from '../log.ts';
import type { RecordingSettings } from '../wire/recording.ts';
import { GapWatch } from './gap-watch.ts';
import type { RecordingLibrary } from './recording-library.ts';
import type { RecordingGaps } from './recording-gaps.ts';
import { SegmentWriter, type SegmentProblem } from './segment-writer.ts';

export interface CameraRecorderContext {
  cameraId: string;
  video: EncodedVideo;
  library: RecordingLibrary;
  gaps: RecordingGaps;
  /** Whether the camera is live; always when left out. */
  liveness?: () => Liveness;
  log: Log;
  /** Server time in ms, the clock of the frames. */
  nowMs: () => number;
  /** The clock of the schedule. */
  localTime: () => WallTime;
}

/** Time that a frame waits for a keyframe of the same picture, or for the next frame. */
const HOLD_MS = 1_000;
/** Pause after a failure. */
const RETRY_MS = 5_000;

export class CameraRecorder {
  readonly #context: CameraRecorderContext;
  #settings: RecordingSettings;
  #source: Subscription | undefined;
  readonly #segments: SegmentWriter;
  readonly #gaps: GapWatch;
  readonly #pictures = new PicturesOnce();
  /** Since it was last subscribed. */
  #hasFrames = false;
  #lastFrameMs = 0;
  #lastKeyframeMs = 0;
  /** When it was last subscribed. */
  #startedMs = 0;
  #retryAtMs = 0;
  /** In mode `events`: the time until which recording lasts. */
  #clipUntilMs = 0;
  #closed = false;

  constructor(context: CameraRecorderContext, settings: RecordingSettings) {
    this.#context = context;
    this.#settings = settings;
    const { cameraId, library, gaps, log } = context;
    this.#gaps = new GapWatch({ cameraId, gaps, alarm: () => library.status.alarm, log });
    this.#segments = new SegmentWriter({
      library,
      isProtected: () => this.#settings.mode === 'events' && this.#settings.protectEvents,
      onBegun: (startMs) => this.#gaps.onBegun(startMs),
      onFailed: (problem, error, sinceMs) => this.#fail(problem, error, sinceMs),
      onLost: (problem, error, span) => this.#gaps.onLost(problem, error, span),
    });
  }

  get recording(): boolean {
    return this.#source !== undefined;
  }

  /** A changed quality takes effect at once. */
  setSettings(settings: RecordingSettings): void {
    const { fps, bitrateBps } = this.#settings;
    this.#settings = settings;
    if (settings.fps !== fps || settings.bitrateBps !== bitrateBps) this.#stop();
    this.update();
  }

  /** An event lasts until then; `Infinity` while it is open. Overlapping events extend the recording. */
  keepUntil(untilMs: number): void {
    this.#clipUntilMs =
      untilMs === Infinity || this.#clipUntilMs === Infinity ? untilMs : Math.max(untilMs, this.#clipUntilMs);
    this.update();
  }

  /** Called about once a second, and after changes. */
  update(): void {
    if (!this.#closed) this.#guarded(() => this.#update());
  }

  #update(): void {
    const nowMs = this.#context.nowMs();
    const { mode } = this.#settings;
    const isDue = isRecordingDue(this.#settings, this.#context.localTime());
    const isOff = isDue && this.#liveness.status === 'off';
    this.#gaps.onSwitch(isOff, nowMs);
    if (isOff) this.#stop();
    else if (!isDue || (mode === 'events' && nowMs >= this.#clipUntilMs)) {
      this.#stop();
      this.#gaps.end(nowMs);
    } else if (this.#source) {
      this.#tend(nowMs);
    } else if (nowMs >= this.#retryAtMs) {
      this.#start(nowMs);
    }
  }

  /**
   * The clock was set, or the machine slept: the open segment ends and gets new dates.
   *
   * @param sleptMs 0 when the clock was set
   * @returns whether it was being recorded
   */
  onClockChanged(sleptMs: number): boolean {
    if (!this.#source) return false;
    this.#writeHeld();
    const nowMs = this.#context.nowMs();
    const live = this.#liveness;
    const takenMs = this.#pictures.lastMs - sleptMs;
    if (sleptMs === 0) this.#cut(nowMs);
    else if (isCurrent(live, takenMs, nowMs) && lastFrameEndMs(live, takenMs, nowMs) === nowMs)
      this.#segments.carryOver(nowMs);
    else {
      this.#segments.end();
      this.#gaps.onSlept(nowMs);
    }
    this.#requestKeyframe();
    return true;
  }

  /** Idempotent. Ends the open segment properly. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.settled();
  }

  /** Resolves when all files are made or ended. */
  async settled(): Promise<void> {
    await this.#segments.settled();
  }

  #start(nowMs: number): void {
    const { cameraId, video } = this.#context;
    const { fps: maxFps, bitrateBps } = this.#settings;
    this.#lastFrameMs = nowMs;
    this.#startedMs = nowMs;
    this.#hasFrames = false;
    if (this.#pictures.lastMs === 0) this.#gaps.onServerStarted(nowMs);
    this.#source = video.subscribe(cameraId, (frame) => this.#guarded(() => this.#onFrame(frame)), {
      maxFps,
      bitrateBps,
    });
  }

  #stop(): void {
    this.#source?.close();
    this.#source = undefined;
    const held = this.#pictures.release();
    if (held && this.#segments.isWriting) this.#segments.write(held);
    this.#segments.end(lastFrameEndMs(this.#liveness, this.#pictures.lastMs, this.#context.nowMs()));
    this.#gaps.onStopped(this.#segments.endMs);
  }

  get #liveness(): Liveness {
    return this.#context.liveness?.() ?? ALWAYS_LIVE;
  }

  /** Once a second, while it is subscribed. */
  #tend(nowMs: number): void {
    const live = this.#liveness;
    const quietMs = nowMs - this.#lastFrameMs;
    if (quietMs > HOLD_MS) this.#writeHeld();
    const { lastMs, isHolding } = this.#pictures;
    this.#segments.lastsUntil(isHolding ? lastMs : lastFrameEndMs(live, lastMs, nowMs));
    if (isAway(live, quietMs)) {
      this.#segments.end();
      const recordedUntilMs = Math.max(this.#startedMs, this.#segments.endMs);
      this.#gaps.onAway(Math.max(awaySinceMs(live, this.#lastFrameMs), recordedUntilMs));
    } else if (isSlow(live) && quietMs > HOLD_MS && !this.#segments.isWriting) this.#gaps.onQuiet();
    this.#gaps.onLiveness(live, this.#startedMs, nowMs);
    if (isSlow(live)) this.#requestKeyframe();
    this.#askForKeyframe(nowMs);
  }

  /** The open segment ends; a picture that lasts longer continues in the next one. */
  #cut(nowMs: number): void {
    const live = this.#liveness;
    const { lastMs } = this.#pictures;
    if (isCurrent(live, lastMs, nowMs)) this.#segments.carryOver(lastFrameEndMs(live, lastMs, nowMs));
    else this.#segments.end();
  }

  #onFrame(frame: EncodedFrame): void {
    // The first frame shows the newest existing picture, which a camera that is not live may have sent long ago.
    const nowMs = this.#context.nowMs();
    const isFirst = !this.#hasFrames;
    const isWanted = !isFirst || isCurrent(this.#liveness, frame.captureUs / 1000, nowMs);
    this.#hasFrames = true;
    if (isFirst && isWanted && this.#wasTakenBefore(frame)) return this.#beginWithOld(frame);
    const offered = this.#pictures.offer(frame, isWanted);
    if (offered.verdict === 'lost') this.#requestKeyframe();
    if (offered.verdict !== 'new') return;
    this.#lastFrameMs = nowMs;
    if (frame.keyframe) this.#lastKeyframeMs = this.#pictures.lastMs;
    if (offered.ready) this.#segments.write(offered.ready);
    this.#askForKeyframe(this.#pictures.lastMs);
  }

  /** @param frame the first one since it was subscribed. @returns whether recording begins between this picture and the next */
  #wasTakenBefore({ captureUs }: EncodedFrame): boolean {
    const takenMs = captureUs / 1000;
    const isRecorded = Math.floor(takenMs) === this.#pictures.lastMs;
    return isRecorded || (isSlow(this.#liveness) && this.#startedMs - takenMs > HOLD_MS);
  }

  /** The picture lasts from the begin of the recording, but was taken before. */
  #beginWithOld(frame: EncodedFrame): void {
    this.#pictures.pass(frame);
    const { lastMs } = this.#pictures;
    this.#lastKeyframeMs = lastMs;
    const fromMs = Math.max(lastMs + 1, lastFrameEndMs(this.#liveness, lastMs, this.#startedMs));
    this.#segments.beginWith(frame, fromMs);
  }

  #writeHeld(): void {
    const held = this.#pictures.release();
    if (held) this.#segments.write(held);
  }

  #askForKeyframe(nowMs: number): void {
    const isIdle = !this.#segments.isWriting && !this.#pictures.isHolding;
    if (isIdle || this.#segments.wantsKeyframe(this.#lastKeyframeMs, nowMs)) this.#requestKeyframe();
  }

  #requestKeyframe(): void {
    this.#context.video.requestKeyframe(this.#context.cameraId, 'next');
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail('fault', error, this.#segments.isWriting ? this.#segments.endMs : this.#context.nowMs());
    }
  }

  /** @param sinceMs when the first frame that is lost was taken, server time */
  #fail(problem: SegmentProblem, error: unknown, sinceMs: number): void {
    this.#gaps.onFailed(problem, error, sinceMs);
    this.#retryAtMs = this.#context.nowMs() + RETRY_MS;
    this.#stop();
  }
}

/** Its pictures last so long that each of them can begin a segment. */
function isSlow({ paceMs }: Liveness): boolean {
  return paceMs !== null && paceMs > HOLD_MS;
}

/**
 * One camera's recorder: decides what of the camera is recorded, and when. The segments are written in segment-writer.ts.
 *
 * Invariants: each picture is recorded once, however often it is encoded; when a camera should be recorded and is not, there is
 * a gap that says why, and the next frame ends it; whatever fails here is tried again and harms no live picture.
 */

import type { EncodedFrame, EncodedVideo } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { ALWAYS_LIVE, type Liveness } from '../core/link/camera-liveness.ts';
import { awaySinceMs, isAway, isCurrent, lastFrameEndMs } from '../core/recording/camera-absence.ts';
import { PicturesOnce } from '../core/recording/pictures-once.ts';
import { isScheduled } from '../core/recording/recording-schedule.ts';
import type { WallTime } from '../core/local-time.ts';
import type { Log } from '../log.ts';
import type { GapReason, RecordingSettings } from '../wire/recording.ts';
import type { RecordingLibrary } from './recording-library.ts';
import type { RecordingGaps } from './recording-gaps.ts';
import { SegmentWriter } from './segment-writer.ts';
import type { WriteProblem } from './webm-file.ts';

export interface CameraRecorderContext {
  cameraId: string;
  video: EncodedVideo;
  library: RecordingLibrary;
  gaps: RecordingGaps;
  /** Whether the camera is live; taken to be so when left out. */
  liveness?: () => Liveness;
  log: Log;
  /** Server time in ms, the clock of the frames. */
  nowMs: () => number;
  /** What the schedule goes by. */
  localTime: () => WallTime;
}

/** A frame waits so long for a keyframe of the same picture, or the next one. */
const HOLD_MS = 1_000;
/** After a failure, before the next try. */
const RETRY_MS = 5_000;

export class CameraRecorder {
  readonly #context: CameraRecorderContext;
  #settings: RecordingSettings;
  #source: Subscription | undefined;
  readonly #segments: SegmentWriter;
  readonly #pictures = new PicturesOnce();
  /** Since it was last subscribed. */
  #hasFrames = false;
  #lastFrameMs = 0;
  #lastKeyframeMs = 0;
  /** When it was last subscribed. */
  #startedMs = 0;
  #retryAtMs = 0;
  /** Why it last failed, until it goes on. */
  #failedFor: GapReason | undefined;
  /** For the mode `events`: record until then. */
  #clipUntilMs = 0;
  #closed = false;

  constructor(context: CameraRecorderContext, settings: RecordingSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#segments = new SegmentWriter({
      library: context.library,
      isProtected: () => this.#settings.mode === 'events' && this.#settings.protectEvents,
      onBegun: (startMs) => {
        context.gaps.end(startMs);
        this.#failedFor = undefined;
      },
      onFailed: (problem, error) => this.#fail(this.#gapOf(problem), error),
    });
  }

  get recording(): boolean {
    return this.#source !== undefined;
  }

  /** Another quality takes effect at once. */
  setSettings(settings: RecordingSettings): void {
    const { fps, bitrateBps } = this.#settings;
    this.#settings = settings;
    if (settings.fps !== fps || settings.bitrateBps !== bitrateBps) this.#stop();
    this.update();
  }

  /** Something happens, or has until then; `Infinity` while it goes on. Overlapping events extend the clip. */
  keepUntil(untilMs: number): void {
    this.#clipUntilMs =
      untilMs === Infinity || this.#clipUntilMs === Infinity ? untilMs : Math.max(untilMs, this.#clipUntilMs);
    this.update();
  }

  /** Ends this recording before its minute is over, without losing a frame. @returns when it is whole; at once if another is being written */
  async finish(recordingId: string): Promise<void> {
    await this.#segments.finish(recordingId);
  }

  /** To be called about once a second, and when something changed. */
  update(): void {
    if (this.#closed) return;
    const nowMs = this.#context.nowMs();
    if (!this.#wanted(nowMs)) {
      this.#stop();
      this.#context.gaps.end(nowMs);
    } else if (this.#source) {
      this.#tend(nowMs);
    } else if (nowMs >= this.#retryAtMs) {
      this.#start(nowMs);
    }
  }

  /** The clock was set, or stood still: the open segment ends and gets new dates. @returns whether there was one */
  onClockChanged(): boolean {
    if (!this.#source) return false;
    this.#writeHeld();
    this.#segments.end();
    this.#requestKeyframe();
    return true;
  }

  /** Idempotent. Ends the recording as it should end. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.settled();
  }

  /** Once the files that are being made or ended are. */
  async settled(): Promise<void> {
    await this.#segments.settled();
  }

  #wanted(nowMs: number): boolean {
    const { mode, schedule } = this.#settings;
    if (mode === 'off' || !isScheduled(schedule, this.#context.localTime())) return false;
    return mode === 'continuous' || nowMs < this.#clipUntilMs;
  }

  #start(nowMs: number): void {
    const { cameraId, video } = this.#context;
    const { fps: maxFps, bitrateBps } = this.#settings;
    this.#lastFrameMs = nowMs;
    this.#startedMs = nowMs;
    this.#hasFrames = false;
    this.#source = video.subscribe(cameraId, (frame) => this.#onFrame(frame), { maxFps, bitrateBps });
  }

  #stop(): void {
    this.#source?.close();
    this.#source = undefined;
    const held = this.#pictures.release();
    if (held && this.#segments.isWriting) this.#segments.write(held);
    this.#segments.end(lastFrameEndMs(this.#liveness, this.#pictures.lastMs, this.#context.nowMs()));
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
      this.#context.gaps.begin(
        'cameraOffline',
        Math.max(awaySinceMs(live, this.#lastFrameMs), recordedUntilMs),
      );
    } else if (quietMs > HOLD_MS && this.#segments.mayEndEarly(nowMs)) {
      // Somebody waits for what there is of a slow camera.
      this.#segments.end();
    }
    this.#askForKeyframe(nowMs);
  }

  #onFrame(frame: EncodedFrame): void {
    // The first frame is of the newest picture there is, and a camera that is not live may have sent that one long ago.
    const nowMs = this.#context.nowMs();
    const isWanted = this.#hasFrames || isCurrent(this.#liveness, frame.captureUs / 1000, nowMs);
    this.#hasFrames = true;
    const offered = this.#pictures.offer(frame, isWanted);
    if (offered.verdict === 'lost') this.#requestKeyframe();
    if (offered.verdict !== 'new') return;
    this.#lastFrameMs = nowMs;
    if (frame.keyframe) this.#lastKeyframeMs = this.#pictures.lastMs;
    if (offered.ready) this.#segments.write(offered.ready);
    this.#askForKeyframe(this.#pictures.lastMs);
  }

  #writeHeld(): void {
    const held = this.#pictures.release();
    if (held) this.#segments.write(held);
  }

  #gapOf(problem: WriteProblem): GapReason {
    const { alarm } = this.#context.library.status;
    if (problem === 'noRoom') return alarm === null || alarm === 'quotaFull' ? 'quotaFull' : 'diskFull';
    return problem === 'slowDisk' ? 'overload' : 'diskFull';
  }

  #askForKeyframe(nowMs: number): void {
    const isIdle = !this.#segments.isWriting && !this.#pictures.isHolding;
    if (isIdle || this.#segments.wantsKeyframe(this.#lastKeyframeMs, nowMs)) this.#requestKeyframe();
  }

  #requestKeyframe(): void {
    this.#context.video.requestKeyframe(this.#context.cameraId, 'next');
  }

  #fail(reason: GapReason, error: unknown): void {
    const { gaps, log, cameraId, nowMs } = this.#context;
    gaps.begin(reason, this.#segments.isWriting ? this.#segments.endMs : nowMs());
    if (this.#failedFor !== reason) log.warn({ err: error, cameraId, reason }, 'recording stopped');
    this.#failedFor = reason;
    this.#retryAtMs = nowMs() + RETRY_MS;
    this.#stop();
  }
}

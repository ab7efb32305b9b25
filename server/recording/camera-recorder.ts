/**
 * One camera's recorder: decides when there is something to record, and cuts what comes into recordings of a minute.
 *
 * Invariants: each picture is recorded once, however often it is encoded, and lasts until the next; a recording begins with a
 * keyframe and has one size; when a camera should be recorded and is not, there is a gap that says why, and the next frame ends
 * it; whatever fails here is tried again and harms no live picture.
 */

import type { EncodedFrame, EncodedVideo } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { ALWAYS_LIVE, type Liveness } from '../core/link/camera-liveness.ts';
import { awaySinceMs, isAway, isCurrent, lastFrameEndMs } from '../core/recording/camera-absence.ts';
import { PicturesOnce } from '../core/recording/pictures-once.ts';
import { endsSegment, mayRoll, wantsKeyframe } from '../core/recording/segment-cut.ts';
import { isScheduled } from '../core/recording/recording-schedule.ts';
import type { WallTime } from '../core/local-time.ts';
import type { Log } from '../log.ts';
import type { GapReason, RecordingSettings } from '../wire/recording.ts';
import type { OpenRecording, RecordingLibrary } from './recording-library.ts';
import type { RecordingGaps } from './recording-gaps.ts';
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
/** Frames that come while a file is being made: two seconds of a fast camera. */
const MAX_WAITING_FRAMES = 60;

export class CameraRecorder {
  readonly #context: CameraRecorderContext;
  #settings: RecordingSettings;
  #source: Subscription | undefined;
  /** The recording being written; while its file is being made, what waits for it. */
  #open: OpenRecording | undefined;
  #waiting: EncodedFrame[] | undefined;
  readonly #pictures = new PicturesOnce();
  /** Since it was last subscribed. */
  #hasFrames = false;
  #lastFrameMs = 0;
  #lastKeyframeMs = 0;
  /** Until when there are recordings, or there is nothing to record. */
  #recordedUntilMs = 0;
  #retryAtMs = 0;
  /** Why it last failed, until it goes on. */
  #failedFor: GapReason | undefined;
  #diskWork: Promise<unknown> = Promise.resolve();
  /** For the mode `events`: record until then. */
  #clipUntilMs = 0;
  /** Somebody wants to see the recording that is being written. */
  #wish: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(context: CameraRecorderContext, settings: RecordingSettings) {
    this.#context = context;
    this.#settings = settings;
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
    if (this.#open?.id === recordingId) {
      this.#wish ??= Promise.withResolvers();
      await this.#wish.promise;
    }
    await this.settled();
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
    this.#waiting = undefined;
    this.#endSegment();
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
    for (let work; work !== this.#diskWork;) {
      work = this.#diskWork;
      await work;
    }
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
    this.#recordedUntilMs = nowMs;
    this.#hasFrames = false;
    this.#source = video.subscribe(cameraId, (frame) => this.#onFrame(frame), { maxFps, bitrateBps });
  }

  #stop(): void {
    this.#source?.close();
    this.#source = undefined;
    const held = this.#pictures.release();
    if (held && (this.#open || this.#waiting)) this.#write(held);
    this.#waiting = undefined;
    this.#endSegment(lastFrameEndMs(this.#liveness, this.#pictures.lastMs, this.#context.nowMs()));
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
    this.#open?.lastsUntil(isHolding ? lastMs : lastFrameEndMs(live, lastMs, nowMs));
    if (isAway(live, quietMs)) {
      this.#endSegment();
      this.#context.gaps.begin(
        'cameraOffline',
        Math.max(awaySinceMs(live, this.#lastFrameMs), this.#recordedUntilMs),
      );
    } else if (this.#wish && this.#open && quietMs > HOLD_MS && mayRoll(this.#open, nowMs, true)) {
      // Somebody waits for what there is of a slow camera.
      this.#endSegment();
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
    if (offered.ready) this.#write(offered.ready);
    this.#askForKeyframe(this.#pictures.lastMs);
  }

  #writeHeld(): void {
    const held = this.#pictures.release();
    if (held) this.#write(held);
  }

  #write(frame: EncodedFrame): void {
    const atMs = Math.floor(frame.captureUs / 1000);
    if (this.#open && endsSegment(this.#open, frame, this.#wish !== undefined)) this.#endSegment(atMs);
    if (this.#open) this.#open.add(frame);
    else if (this.#waiting) this.#wait(this.#waiting, frame);
    else if (frame.keyframe) this.#beginSegment(frame);
    if (this.#open?.error) this.#fail(this.#gapOf(this.#open.error.problem), this.#open.error);
  }

  #gapOf(problem: WriteProblem): GapReason {
    const { alarm } = this.#context.library.status;
    if (problem === 'noRoom') return alarm === null || alarm === 'quotaFull' ? 'quotaFull' : 'diskFull';
    return problem === 'slowDisk' ? 'overload' : 'diskFull';
  }

  #askForKeyframe(nowMs: number): void {
    const isIdle = !this.#open && !this.#waiting && !this.#pictures.isHolding;
    if (isIdle || wantsKeyframe(this.#open, this.#lastKeyframeMs, nowMs, this.#wish !== undefined))
      this.#requestKeyframe();
  }

  #requestKeyframe(): void {
    this.#context.video.requestKeyframe(this.#context.cameraId, 'next');
  }

  #beginSegment(first: EncodedFrame): void {
    const waiting = [first];
    this.#waiting = waiting;
    this.#diskWork = Promise.all([this.#diskWork, this.#openSegment(first, waiting)]);
  }

  /** @param waiting what came meanwhile, the first frame among it */
  async #openSegment(first: EncodedFrame, waiting: readonly EncodedFrame[]): Promise<void> {
    const { library, gaps } = this.#context;
    try {
      const isProtected = this.#settings.mode === 'events' && this.#settings.protectEvents;
      const recording = await library.begin(first, isProtected);
      if (this.#waiting !== waiting) return await recording.close();
      this.#waiting = undefined;
      this.#open = recording;
      gaps.end(recording.startMs);
      this.#failedFor = undefined;
      for (const frame of waiting) recording.add(frame);
    } catch (error) {
      this.#fail('diskFull', error);
    }
  }

  #wait(waiting: EncodedFrame[], frame: EncodedFrame): void {
    waiting.push(frame);
    if (waiting.length > MAX_WAITING_FRAMES) this.#fail('overload', new Error('the disk does not answer'));
  }

  /** @param lastsUntilMs when the last frame ends; undefined: as it is known */
  #endSegment(lastsUntilMs?: number): void {
    const ended = this.#open;
    this.#open = undefined;
    if (!ended) return;
    if (lastsUntilMs !== undefined) ended.lastsUntil(lastsUntilMs);
    this.#recordedUntilMs = ended.endMs;
    this.#diskWork = Promise.all([this.#diskWork, ended.close()]);
    this.#wish?.resolve();
    this.#wish = undefined;
  }

  #fail(reason: GapReason, error: unknown): void {
    const { gaps, log, cameraId, nowMs } = this.#context;
    gaps.begin(reason, this.#open?.endMs ?? nowMs());
    if (this.#failedFor !== reason) log.warn({ err: error, cameraId, reason }, 'recording stopped');
    this.#failedFor = reason;
    this.#retryAtMs = nowMs() + RETRY_MS;
    this.#stop();
  }
}

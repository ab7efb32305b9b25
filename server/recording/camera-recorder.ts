/**
 * One camera's recorder: decides when there is something to record, and cuts what comes into recordings of a minute.
 *
 * Invariants: a recording begins with a keyframe and has one size; when a camera should be recorded and is not, there is a
 * gap that says why, and the next frame ends it; whatever fails here is tried again and harms no live picture.
 */

import type { EncodedFrame, EncodedVideo } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { isScheduled, wallTimeOf } from '../core/recording/recording-schedule.ts';
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
  log: Log;
  /** ms since the Unix epoch. */
  nowMs: () => number;
}

/** From here on a recording ends with the next keyframe, which is asked for … */
const ROLL_MS = 57_000;
/** … or from here on, when somebody wants to see it … */
const EARLY_ROLL_MS = 5_000;
/** … and here without one. */
const MAX_SEGMENT_MS = 59_500;
/** How far one has to decode to show a moment. */
const KEYFRAME_INTERVAL_MS = 2_000;
/** No frame for this long, and the camera is taken to be gone. */
const SILENCE_MS = 4_000;
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
  #lastFrameMs = 0;
  #lastKeyframeMs = 0;
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
      if (nowMs - this.#lastFrameMs > SILENCE_MS) this.#onSilence();
    } else if (nowMs >= this.#retryAtMs) {
      this.#start(nowMs);
    }
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
    if (mode === 'off' || !isScheduled(schedule, wallTimeOf(new Date(nowMs)))) return false;
    return mode === 'continuous' || nowMs < this.#clipUntilMs;
  }

  #start(nowMs: number): void {
    const { cameraId, video } = this.#context;
    const { fps: maxFps, bitrateBps } = this.#settings;
    this.#lastFrameMs = nowMs;
    this.#source = video.subscribe(cameraId, (frame) => this.#onFrame(frame), { maxFps, bitrateBps });
  }

  #stop(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#waiting = undefined;
    this.#endSegment();
  }

  #onSilence(): void {
    this.#endSegment();
    this.#context.gaps.begin('cameraOffline', this.#lastFrameMs);
  }

  #onFrame(frame: EncodedFrame): void {
    const nowMs = Math.floor(frame.captureUs / 1000);
    this.#lastFrameMs = this.#context.nowMs();
    if (frame.keyframe) this.#lastKeyframeMs = nowMs;
    if (this.#open && this.#mustEnd(this.#open, frame, nowMs)) this.#endSegment();
    if (this.#open) this.#open.add(frame);
    else if (this.#waiting) this.#wait(this.#waiting, frame);
    else if (frame.keyframe) this.#beginSegment(frame);
    if (!this.#open?.error) return this.#askForKeyframe(nowMs);
    this.#fail(this.#gapOf(this.#open.error.problem), this.#open.error);
  }

  #gapOf(problem: WriteProblem): GapReason {
    if (problem === 'noRoom') {
      const { alarm } = this.#context.library.status;
      return alarm === 'folderMissing' ? 'diskFull' : (alarm ?? 'quotaFull');
    }
    return problem === 'slowDisk' ? 'overload' : 'diskFull';
  }

  #mustEnd(open: OpenRecording, frame: EncodedFrame, nowMs: number): boolean {
    const lengthMs = nowMs - open.startMs;
    const fits = frame.width === open.width && frame.height === open.height;
    // A clock that was set back would make a recording that never ends.
    if (!fits || lengthMs < -1_000 || lengthMs >= MAX_SEGMENT_MS) return true;
    return lengthMs >= this.#rollMs && frame.keyframe;
  }

  #askForKeyframe(nowMs: number): void {
    const due = this.#open && nowMs - this.#open.startMs >= this.#rollMs;
    if (!due && nowMs - this.#lastKeyframeMs < KEYFRAME_INTERVAL_MS) return;
    this.#context.video.requestKeyframe(this.#context.cameraId);
  }

  get #rollMs(): number {
    return this.#wish ? EARLY_ROLL_MS : ROLL_MS;
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

  #endSegment(): void {
    const ended = this.#open;
    this.#open = undefined;
    if (!ended) return;
    this.#diskWork = Promise.all([this.#diskWork, ended.close()]);
    this.#wish?.resolve();
    this.#wish = undefined;
  }

  #fail(reason: GapReason, error: unknown): void {
    const { gaps, log, cameraId, nowMs } = this.#context;
    gaps.begin(reason, this.#open?.endMs ?? nowMs());
    // Said once; it is tried again every few seconds.
    if (this.#failedFor !== reason) log.warn({ err: error, cameraId, reason }, 'recording stopped');
    this.#failedFor = reason;
    this.#retryAtMs = nowMs() + RETRY_MS;
    this.#stop();
  }
}

/**
 * Writes what is recorded of one camera into files of about a minute, one after the other.
 *
 * Invariants: a segment begins with a keyframe and has one size; each of its pictures lasts until the next one, or until the
 * segment ends; frames that arrive while a file is being made wait for it, a bounded number.
 */

import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { endsSegment, mayRoll, wantsKeyframe } from '../core/recording/segment-cut.ts';
import type { RecordingLibrary } from './recording-library.ts';
import type { OpenRecording } from './unfinished-segments.ts';
import type { WriteProblem } from './webm-file.ts';

export interface SegmentWriterOptions {
  library: Pick<RecordingLibrary, 'begin'>;
  /** Whether a segment that begins now is protected. */
  isProtected: () => boolean;
  /** A file takes the pictures from then on, server time in ms. */
  onBegun: (startMs: number) => void;
  /** What is written from now on is lost, until the segment is ended. */
  onFailed: (problem: WriteProblem, error: unknown) => void;
}

/** Frames that come while a file is being made: two seconds of a fast camera. */
const MAX_WAITING_FRAMES = 60;

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  /** The segment being written; while its file is being made, what waits for it. */
  #open: OpenRecording | undefined;
  #waiting: EncodedFrame[] | undefined;
  #endedMs = 0;
  #diskWork: Promise<unknown> = Promise.resolve();
  /** Somebody wants to see the segment that is being written. */
  #wish: PromiseWithResolvers<void> | undefined;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  get isWriting(): boolean {
    return this.#open !== undefined || this.#waiting !== undefined;
  }

  /** Until when there are pictures of it, server time in ms; 0 before the first. */
  get endMs(): number {
    return this.#open?.endMs ?? this.#endedMs;
  }

  /** A keyframe begins the next segment, or lets people seek. */
  wantsKeyframe(lastKeyframeMs: number, nowMs: number): boolean {
    return wantsKeyframe(this.#open, lastKeyframeMs, nowMs, this.#wish !== undefined);
  }

  /** Somebody wants to see the segment, and it is long enough to be ended for that. */
  mayEndEarly(nowMs: number): boolean {
    return this.#wish !== undefined && this.#open !== undefined && mayRoll(this.#open, nowMs, true);
  }

  write(frame: EncodedFrame): void {
    const atMs = Math.floor(frame.captureUs / 1000);
    if (this.#open && endsSegment(this.#open, frame, this.#wish !== undefined)) this.end(atMs);
    if (this.#open) this.#open.add(frame);
    else if (this.#waiting) this.#wait(this.#waiting, frame);
    else if (frame.keyframe) this.#begin(frame);
    const error = this.#open?.error;
    if (error) this.#options.onFailed(error.problem, error);
  }

  /** The last picture lasts until then at least. */
  lastsUntil(endMs: number): void {
    this.#open?.lastsUntil(endMs);
  }

  /** @param lastsUntilMs when the last picture ends; undefined: as it is known. Nothing happens without a segment */
  end(lastsUntilMs?: number): void {
    this.#waiting = undefined;
    const ended = this.#open;
    this.#open = undefined;
    if (!ended) return;
    if (lastsUntilMs !== undefined) ended.lastsUntil(lastsUntilMs);
    this.#endedMs = ended.endMs;
    this.#diskWork = Promise.all([this.#diskWork, ended.close()]);
    this.#wish?.resolve();
    this.#wish = undefined;
  }

  /** Ends this segment before its minute is over, without losing a frame. @returns when it is whole; at once if another is being written */
  async finish(id: string): Promise<void> {
    if (this.#open?.id === id) {
      this.#wish ??= Promise.withResolvers();
      await this.#wish.promise;
    }
    await this.settled();
  }

  /** Once the files that are being made or ended are. */
  async settled(): Promise<void> {
    for (let work; work !== this.#diskWork;) {
      work = this.#diskWork;
      await work;
    }
  }

  #begin(first: EncodedFrame): void {
    const waiting = [first];
    this.#waiting = waiting;
    this.#diskWork = Promise.all([this.#diskWork, this.#openFile(first, waiting)]);
  }

  /** @param waiting what came meanwhile, the first frame among it */
  async #openFile(first: EncodedFrame, waiting: readonly EncodedFrame[]): Promise<void> {
    const { library, isProtected, onBegun, onFailed } = this.#options;
    try {
      const recording = await library.begin(first, isProtected());
      if (this.#waiting !== waiting) return await recording.close();
      this.#waiting = undefined;
      this.#open = recording;
      onBegun(recording.startMs);
      for (const frame of waiting) recording.add(frame);
    } catch (error) {
      onFailed('diskError', error);
    }
  }

  #wait(waiting: EncodedFrame[], frame: EncodedFrame): void {
    waiting.push(frame);
    if (waiting.length > MAX_WAITING_FRAMES)
      this.#options.onFailed('slowDisk', new Error('the disk does not answer'));
  }
}

/**
 * Writes one camera's segments: files of about a minute, one after the other.
 *
 * Invariants: a segment begins with a keyframe and has one size; each of its pictures lasts until the next one, or until the
 * segment ends; frames that arrive while a file is being created wait for it and are written to it even if the segment ends
 * meanwhile; the number of waiting frames and of such files is bounded; a file that fails loses only its own segment; a segment
 * that is cut between two pictures is followed by one that begins with the same picture, and a segment in which that picture did
 * not last is removed.
 */

import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { endsSegment, wantsKeyframe, type Segment } from '../core/recording/segment-cut.ts';
import type { RecordingLibrary } from './recording-library.ts';
import type { OpenRecording } from './unfinished-segments.ts';
import type { WriteProblem } from './webm-file.ts';

/** `fault`: of the server itself. */
export type SegmentProblem = WriteProblem | 'fault';

export interface SegmentWriterOptions {
  library: Pick<RecordingLibrary, 'begin'>;
  /** Whether a segment that begins now is protected. */
  isProtected: () => boolean;
  /** A file takes the pictures from then on, server time in ms. */
  onBegun: (startMs: number) => void;
  /** Frames are lost from then on, server time in ms, until the segment ends. */
  onFailed: (problem: SegmentProblem, error: unknown, sinceMs: number) => void;
  /** An ended segment is lost; the one being written is not affected. */
  onLost: (problem: SegmentProblem, error: unknown, span: { startMs: number; endMs: number }) => void;
}

/** A segment whose file is being made. */
interface Pending extends Segment {
  readonly frames: EncodedFrame[];
  /** Time of its end, if it has ended meanwhile: server time. */
  endMs: number | undefined;
}

/** Frames that arrive while files are being made: two seconds of a fast camera. */
const MAX_WAITING_FRAMES = 60;

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #open: OpenRecording | undefined;
  #pending: Pending | undefined;
  /** Segments whose files are not made yet: `#pending`, and those that have ended meanwhile. */
  readonly #unmade = new Set<Pending>();
  /** The newest picture of the segment, and whether it was carried over and is the only one. */
  #last: EncodedFrame | undefined;
  #isCarried = false;
  #endedMs = 0;
  #diskWork: Promise<void> = Promise.resolve();

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  get isWriting(): boolean {
    return this.#open !== undefined || this.#pending !== undefined;
  }

  /** Until when there are pictures of it, server time in ms; 0 before the first. */
  get endMs(): number {
    return this.#open?.endMs ?? (this.#pending ? msOf(this.#last) : this.#endedMs);
  }

  /** A keyframe begins the next segment, or allows seeking. */
  wantsKeyframe(lastKeyframeMs: number, nowMs: number): boolean {
    return wantsKeyframe(this.#open, lastKeyframeMs, nowMs);
  }

  write(frame: EncodedFrame): void {
    const segment = this.#open ?? this.#pending;
    if (segment && endsSegment(segment, frame)) this.end(msOf(frame));
    if (!this.isWriting) {
      if (!frame.keyframe || !this.#begin(frame)) return;
    } else if (this.#open) this.#open.add(frame);
    else if (!this.#wait(frame)) return;
    this.#last = frame;
    this.#isCarried = false;
    const error = this.#open?.error;
    if (error) this.#options.onFailed(error.problem, error, this.endMs);
  }

  /** The last picture lasts until then at least. */
  lastsUntil(endMs: number): void {
    this.#open?.lastsUntil(endMs);
  }

  /** @param lastsUntilMs when the last picture ends; undefined: as known so far. Does nothing without a segment */
  end(lastsUntilMs = 0): void {
    const [open, pending] = [this.#open, this.#pending];
    const lastMs = msOf(this.#last);
    const isEmpty = this.#isCarried && Math.max(lastsUntilMs, open?.endMs ?? 0) <= lastMs;
    this.#open = undefined;
    this.#pending = undefined;
    this.#last = undefined;
    this.#isCarried = false;
    if (pending) {
      if (isEmpty) pending.frames.length = 0;
      this.#endedMs = Math.max(lastMs, lastsUntilMs);
      pending.endMs = this.#endedMs;
    }
    if (!open) return;
    open.lastsUntil(lastsUntilMs);
    this.#endedMs = open.endMs;
    this.#addWork(isEmpty ? open.discard() : open.close());
  }

  /**
   * Ends the segment between two pictures; the last one continues in the next segment. No new picture is taken for that: without
   * a keyframe of it, the next segment begins with the next picture.
   *
   * @param atMs server time, like that of the frames
   */
  carryOver(atMs: number): void {
    const last = this.#last;
    if (last) atMs = Math.max(atMs, msOf(last) + 1);
    this.end(atMs);
    if (last?.keyframe) this.beginWith(last, atMs);
  }

  /** Begins a segment with a picture that was taken before. @param atMs server time */
  beginWith(keyframe: EncodedFrame, atMs: number): void {
    const carried = { ...keyframe, captureUs: atMs * 1000, repeated: true };
    if (!this.#begin(carried)) return;
    this.#last = carried;
    this.#isCarried = true;
  }

  /** Once the files that are being made or ended are. */
  async settled(): Promise<void> {
    for (let work; work !== this.#diskWork;) {
      work = this.#diskWork;
      await work;
    }
  }

  /** @returns false when the disk has answered none of many frames: the segment has failed then */
  #begin(first: EncodedFrame): boolean {
    const startMs = msOf(first);
    if (this.#hasNoPlace()) return this.#failSlow(startMs);
    const { width, height } = first;
    const pending: Pending = { startMs, width, height, frames: [first], endMs: undefined };
    this.#pending = pending;
    this.#unmade.add(pending);
    this.#addWork(this.#openFile(first, pending).finally(() => this.#unmade.delete(pending)));
    return true;
  }

  async #openFile(first: EncodedFrame, pending: Pending): Promise<void> {
    const { library, isProtected, onBegun, onFailed, onLost } = this.#options;
    const { frames, startMs } = pending;
    let recording: OpenRecording | undefined;
    try {
      recording = await library.begin(first, isProtected());
      for (const frame of frames) recording.add(frame);
      if (pending.endMs !== undefined) {
        if (frames.length > 0) recording.lastsUntil(pending.endMs);
        return await recording.close();
      }
      this.#pending = undefined;
      this.#open = recording;
      onBegun(recording.startMs);
    } catch (error) {
      await recording?.close();
      const problem = recording ? 'fault' : 'diskError';
      if (pending.endMs === undefined) onFailed(problem, error, startMs);
      else if (frames.length > 0) onLost(problem, error, { startMs, endMs: pending.endMs });
    }
  }

  /** @returns as of `#begin` */
  #wait(frame: EncodedFrame): boolean {
    if (this.#hasNoPlace()) return this.#failSlow(msOf(frame));
    this.#pending?.frames.push(frame);
    return true;
  }

  #hasNoPlace(): boolean {
    // A file that gets no frame any more is still being made.
    const frames = [...this.#unmade].reduce((sum, each) => sum + Math.max(1, each.frames.length), 0);
    return frames >= MAX_WAITING_FRAMES;
  }

  #failSlow(sinceMs: number): false {
    this.#options.onFailed('slowDisk', new Error('the disk does not answer'), sinceMs);
    return false;
  }

  #addWork(work: Promise<void>): void {
    // Each result would keep the previous one in memory.
    this.#diskWork = Promise.all([this.#diskWork, work]).then(() => undefined);
  }
}

/** Server time; 0 without a frame. */
function msOf(frame: EncodedFrame | undefined): number {
  return Math.floor((frame?.captureUs ?? 0) / 1000);
}

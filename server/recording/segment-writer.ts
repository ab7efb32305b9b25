/**
 * Writes one camera's segments: files of about a minute, one after the other.
 *
 * Invariants: a segment begins with a keyframe and has one size; each of its pictures lasts until the next one, or until the
 * segment ends; frames that arrive while a file is being made wait for it, a bounded number, and are in it also when the segment
 * ends meanwhile; a segment that is cut between two pictures is followed by one that begins with the same picture, and a segment
 * in which that picture did not last is removed.
 */

import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { endsSegment, wantsKeyframe } from '../core/recording/segment-cut.ts';
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
  /** Frames are lost from now on, until the segment ends. */
  onFailed: (problem: SegmentProblem, error: unknown) => void;
}

/** A segment whose file is being made. */
interface Pending {
  readonly frames: EncodedFrame[];
  /** Set when the segment has ended meanwhile. */
  end: { lastsUntilMs: number } | undefined;
}

/** Frames that arrive while a file is being made: two seconds of a fast camera. */
const MAX_WAITING_FRAMES = 60;

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #open: OpenRecording | undefined;
  #pending: Pending | undefined;
  /** The newest picture of the segment, and whether it was carried over and is the only one. */
  #last: EncodedFrame | undefined;
  #isCarried = false;
  #endedMs = 0;
  #diskWork: Promise<unknown> = Promise.resolve();

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  get isWriting(): boolean {
    return this.#open !== undefined || this.#pending !== undefined;
  }

  /** Until when there are pictures of it, server time in ms; 0 before the first. */
  get endMs(): number {
    return this.#open?.endMs ?? this.#endedMs;
  }

  /** A keyframe begins the next segment, or lets people seek. */
  wantsKeyframe(lastKeyframeMs: number, nowMs: number): boolean {
    return wantsKeyframe(this.#open, lastKeyframeMs, nowMs);
  }

  write(frame: EncodedFrame): void {
    const atMs = Math.floor(frame.captureUs / 1000);
    if (this.#open && endsSegment(this.#open, frame)) this.end(atMs);
    if (!this.isWriting) {
      if (!frame.keyframe) return;
      this.#begin(frame);
    } else if (this.#open) this.#open.add(frame);
    else if (this.#pending) this.#wait(this.#pending, frame);
    this.#last = frame;
    this.#isCarried = false;
    const error = this.#open?.error;
    if (error) this.#options.onFailed(error.problem, error);
  }

  /** The last picture lasts until then at least. */
  lastsUntil(endMs: number): void {
    this.#open?.lastsUntil(endMs);
  }

  /** @param lastsUntilMs when the last picture ends; undefined: as it is known. Nothing happens without a segment */
  end(lastsUntilMs = 0): void {
    const [open, pending] = [this.#open, this.#pending];
    const lastMs = Math.floor((this.#last?.captureUs ?? 0) / 1000);
    const isEmpty = this.#isCarried && Math.max(lastsUntilMs, open?.endMs ?? 0) <= lastMs;
    this.#open = undefined;
    this.#pending = undefined;
    this.#last = undefined;
    this.#isCarried = false;
    if (pending) {
      if (isEmpty) pending.frames.length = 0;
      pending.end = { lastsUntilMs };
      this.#endedMs = Math.max(lastMs, lastsUntilMs);
    }
    if (!open) return;
    open.lastsUntil(lastsUntilMs);
    this.#endedMs = open.endMs;
    this.#diskWork = Promise.all([this.#diskWork, isEmpty ? open.discard() : open.close()]);
  }

  /**
   * Ends the segment between two pictures; the last one lasts on in the next segment. It is not taken again: without a keyframe
   * of it, the next segment begins with the next picture.
   *
   * @param atMs server time, as of the frames
   */
  carryOver(atMs: number): void {
    const last = this.#last;
    if (last) atMs = Math.max(atMs, Math.floor(last.captureUs / 1000) + 1);
    this.end(atMs);
    if (last?.keyframe) this.beginWith(last, atMs);
  }

  /** Begins a segment with a picture that was taken before. @param atMs server time */
  beginWith(keyframe: EncodedFrame, atMs: number): void {
    const carried = { ...keyframe, captureUs: atMs * 1000, repeated: true };
    this.#begin(carried);
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

  #begin(first: EncodedFrame): void {
    const pending: Pending = { frames: [first], end: undefined };
    this.#pending = pending;
    this.#diskWork = Promise.all([this.#diskWork, this.#openFile(first, pending)]);
  }

  async #openFile(first: EncodedFrame, pending: Pending): Promise<void> {
    const { library, isProtected, onBegun, onFailed } = this.#options;
    let recording: OpenRecording | undefined;
    try {
      recording = await library.begin(first, isProtected());
      for (const frame of pending.frames) recording.add(frame);
      if (pending.end) {
        if (pending.frames.length > 0) recording.lastsUntil(pending.end.lastsUntilMs);
        return await recording.close();
      }
      this.#pending = undefined;
      this.#open = recording;
      onBegun(recording.startMs);
    } catch (error) {
      await recording?.close();
      onFailed(recording ? 'fault' : 'diskError', error);
    }
  }

  #wait({ frames }: Pending, frame: EncodedFrame): void {
    frames.push(frame);
    if (frames.length > MAX_WAITING_FRAMES)
      this.#options.onFailed('slowDisk', new Error('the disk does not answer'));
  }
}

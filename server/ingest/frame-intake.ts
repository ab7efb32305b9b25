/**
 * Turns the binary messages of one camera into frames: validated, limited in rate, counted and dated.
 *
 * Invariant: a message that violates the protocol closes the connection; a frame that is only unusable is dropped.
 */

import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { CleanJpeg } from '../core/video/clean-jpeg.ts';
import { FrameRateMeter } from '../core/video/frame-rate-meter.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import type { FrameHeader } from '../wire/frame-header.ts';
import { checkFrame } from './frame-check.ts';
import type { DropReason } from './ingest-counters.ts';
import { checkPicture, type AllowsLargePictures } from './picture-check.ts';

/** @param picture the frame's JPEG, and how it was cleaned */
export type OnPicture = (frame: CameraFrame, picture: CleanJpeg) => void;

export type DroppedFrame = { verdict: 'dropped'; sequence: number } & FrameRefusal<DropReason>;

export type Intake =
  | { verdict: 'violation'; detail: string }
  | DroppedFrame
  | { verdict: 'frame'; sequence: number; header: FrameHeader; picture: CleanJpeg };

export type TakenJpeg =
  ({ verdict: 'dropped' } & FrameRefusal<DropReason>) | { verdict: 'frame'; picture: CleanJpeg };

export const MAX_FRAMES_PER_SECOND = 75;
const TOO_FAST: FrameRefusal<'tooFast'> = {
  kind: 'tooFast',
  detail: `more than ${MAX_FRAMES_PER_SECOND} frames per second`,
};

export class FrameIntake {
  readonly #rate = new FrameRateMeter(0);
  readonly #budget: TokenBucket;
  readonly #allowsLargePictures: AllowsLargePictures;
  #lastSequence: number | undefined;

  constructor(nowUs: number, allowsLargePictures: AllowsLargePictures) {
    this.#budget = new TokenBucket(MAX_FRAMES_PER_SECOND, MAX_FRAMES_PER_SECOND, nowUs);
    this.#allowsLargePictures = allowsLargePictures;
  }

  get fps(): number {
    return this.#rate.fps;
  }

  take(message: Buffer, receivedUs: number): Intake {
    const frame = checkFrame(message, this.#lastSequence, this.#allowsLargePictures);
    if (frame.verdict === 'violation') return { verdict: 'violation', detail: frame.reason };
    const { header } = frame;
    const { sequence } = header;
    this.#lastSequence = sequence;
    if (!this.#budget.take(receivedUs)) return { verdict: 'dropped', sequence, ...TOO_FAST };
    if (frame.verdict === 'refused')
      return { verdict: 'dropped', sequence, kind: frame.kind, detail: frame.detail };
    this.#rate.add(receivedUs);
    return { verdict: 'frame', sequence, header, picture: frame.picture };
  }

  /** A picture without a header, from a program. */
  takeJpeg(jpeg: Uint8Array, receivedUs: number): TakenJpeg {
    if (!this.#budget.take(receivedUs)) return { verdict: 'dropped', ...TOO_FAST };
    const checked = checkPicture(jpeg, this.#allowsLargePictures);
    if (checked.verdict === 'refused')
      return { verdict: 'dropped', kind: checked.kind, detail: checked.detail };
    this.#rate.add(receivedUs);
    return { verdict: 'frame', picture: checked.picture };
  }
}

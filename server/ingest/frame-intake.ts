/**
 * What becomes of the binary messages of one camera: checked, paced, counted and dated.
 *
 * Invariant: a message that breaks the protocol is told from a frame that is only unusable: the former ends the connection, the
 * latter is dropped.
 */

import { FrameRateMeter } from '../core/video/frame-rate-meter.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import type { FrameHeader } from '../wire/frame-header.ts';
import { checkFrame } from './frame-check.ts';
import type { DropReason } from './ingest-counters.ts';

export type Intake =
  | { verdict: 'violation'; detail: string }
  | { verdict: 'dropped'; sequence: number; reason: DropReason; detail: string }
  | { verdict: 'frame'; sequence: number; header: FrameHeader; jpeg: Uint8Array };

const MAX_FRAMES_PER_SECOND = 75;

export class FrameIntake {
  readonly #rate = new FrameRateMeter(0);
  readonly #budget: TokenBucket;
  #lastSequence: number | undefined;

  constructor(nowUs: number) {
    this.#budget = new TokenBucket(MAX_FRAMES_PER_SECOND, MAX_FRAMES_PER_SECOND, nowUs);
  }

  get fps(): number {
    return this.#rate.fps;
  }

  take(message: Buffer, receivedUs: number): Intake {
    const frame = checkFrame(message, this.#lastSequence);
    if (frame.verdict === 'violation') return { verdict: 'violation', detail: frame.reason };
    const { header } = frame;
    const { sequence } = header;
    this.#lastSequence = sequence;
    if (!this.#budget.take(receivedUs)) {
      const detail = `more than ${MAX_FRAMES_PER_SECOND} frames per second`;
      return { verdict: 'dropped', sequence, reason: 'tooFast', detail };
    }
    if (frame.verdict === 'damaged')
      return { verdict: 'dropped', sequence, reason: 'damaged', detail: frame.reason };
    this.#rate.add(receivedUs);
    return { verdict: 'frame', sequence, header, jpeg: frame.jpeg };
  }
}

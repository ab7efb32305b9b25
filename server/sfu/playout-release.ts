/**
 * Playout delay of a viewer whose browser does not support forward error correction: on a line with losses and a long round trip,
 * its jitter buffer may keep frames until their lost packets have arrived again. That makes the picture smooth, and 100 to 200 ms
 * older.
 *
 * Invariant: on every other line each frame is shown as soon as it is decoded.
 */

import { CorrectionShare } from '../core/rtp/correction-share.ts';
import type { LineLosses } from '../core/rtp/loss-window.ts';
import type { RtpStream } from './rtp-stream.ts';

/** libwebrtc treats 500 ms and less as 0. */
const RELEASED_MS = 1_000;

export class PlayoutRelease {
  readonly #streams: readonly RtpStream[];
  readonly #share = new CorrectionShare();

  /** @param streams whose packets carry the delay */
  constructor(streams: readonly RtpStream[]) {
    this.#streams = streams;
  }

  /** @param losses of the stream of video */
  onLosses(losses: LineLosses, nowUs: number): void {
    this.#share.onLosses(losses, nowUs);
    for (const stream of this.#streams) stream.maxPlayoutDelayMs = this.#share.share > 0 ? RELEASED_MS : 0;
  }
}

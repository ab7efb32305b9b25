/**
 * One camera's clock as seen from the server. A question brings the time at which the answer before it arrived, which
 * completes that exchange: only then are all four of its times in one place.
 */

import { captureTimeUs, ClockOffset } from '../core/clock-offset.ts';
import type { TimeRequest, TimeResponse } from '../wire/camera-protocol.ts';

export class CameraClock {
  readonly #offset = new ClockOffset();
  #last: TimeResponse | undefined;

  /** @param receivedUs as `sentUs`: when the question came and the answer goes, on the server's clock */
  answer({ id, t0, answered }: TimeRequest, receivedUs: number, sentUs: number): TimeResponse {
    if (answered && answered.id === this.#last?.id) this.#offset.add({ ...this.#last, t3: answered.t3 });
    this.#last = { type: 'time', id, t0, t1: receivedUs, t2: sentUs };
    return this.#last;
  }

  /** When a frame was taken, on the server's clock. @param frame its times on the camera's clock */
  captureUs(frame: { captureUs: number; sendUs: number }, receivedUs: number): number {
    return captureTimeUs(frame, receivedUs, this.#offset.offsetUs);
  }
}

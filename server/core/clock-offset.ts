/**
 * The offset of a camera's clock from the server's, by exchanges of four timestamps (RFC 5905 section 8):
 *
 *     camera   t0 ──────────────▶ t3        offset     = ((t1 - t0) + (t2 - t3)) / 2
 *     server       t1 ──▶ t2                round trip = (t3 - t0) - (t2 - t1)
 *
 * The error of an exchange is at most half its round trip, and grows as the two clocks drift apart. The exchange with the
 * smallest bound counts, so one exchange on a quiet link is used longer than many on a busy one. Times in µs; the
 * server's since the Unix epoch.
 */

/** How fast two clocks may drift apart: 100 ppm, twice what a camera's crystal is allowed. */
const DRIFT = 0.000_1;

export interface ClockExchange {
  /** When the camera sent the request and received the answer, on its clock. */
  t0: number;
  t3: number;
  /** When the server received the request and sent the answer, on its clock. */
  t1: number;
  t2: number;
}

export class ClockOffset {
  #offsetUs: number | undefined;
  #errorUs = Infinity;
  #measuredAtUs = 0;

  /** Server's clock minus camera's, or undefined before the first exchange. */
  get offsetUs(): number | undefined {
    return this.#offsetUs;
  }

  /**
   * @returns the µs by which the exchange contradicts the known offset, beyond the errors of both: 0 for a correct clock;
   * undefined when its four times contradict each other, and the exchange is ignored
   */
  add({ t0, t1, t2, t3 }: ClockExchange): number | undefined {
    const roundTripUs = t3 - t0 - (t2 - t1);
    if (!Number.isFinite(roundTripUs) || t3 < t0 || t2 < t1 || roundTripUs < 0) return undefined;
    const errorUs = roundTripUs / 2;
    const offsetUs = Math.round((t1 - t0 + (t2 - t3)) / 2);
    const boundUs = this.#errorUs + DRIFT * (t2 - this.#measuredAtUs);
    const differenceUs = Math.abs(offsetUs - (this.#offsetUs ?? offsetUs));
    const excessUs = differenceUs > errorUs + boundUs ? differenceUs - errorUs - boundUs : 0;
    if (errorUs <= boundUs || excessUs > 0) {
      this.#offsetUs = offsetUs;
      this.#errorUs = errorUs;
      this.#measuredAtUs = t2;
    }
    return excessUs;
  }
}

/**
 * Capture time of a picture, on the server's clock.
 *
 * @param captureUs on the camera's clock, as `sendUs`
 * @param offsetUs undefined when unknown: then the network's delay is taken as 0
 * @returns at most the time of arrival minus the time that the picture spent in the camera
 */
export function captureTimeUs(
  { captureUs, sendUs }: { captureUs: number; sendUs: number },
  receivedUs: number,
  offsetUs: number | undefined,
): number {
  const latest = receivedUs - Math.max(0, sendUs - captureUs);
  const estimated = offsetUs === undefined ? latest : captureUs + offsetUs;
  return Math.min(estimated, latest);
}

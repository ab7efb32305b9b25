/**
 * Maps one camera's clock to server time. Each time request carries the time at which the previous answer arrived, which
 * completes the previous exchange: only then does the server have all four of its times.
 *
 * A camera's clock should be monotonic, but is not always: SNTP sets it, or it stops, wraps, or runs at a wrong speed.
 * Invariants: frames are dated in the order they arrive, none after its arrival and none 10 s before it. A frame whose time
 * contradicts the clock is dated by its arrival, and the offset is measured again before it is used; after several faults the
 * clock is ignored for ten minutes.
 */

import { captureTimeUs, ClockOffset } from '../core/clock-offset.ts';
import { StrikeWindow } from '../core/strike-window.ts';
import type { TimeRequest, TimeResponse } from '../wire/camera-protocol.ts';

/** On the camera's clock, µs. */
interface FrameTimes {
  captureUs: number;
  sendUs: number;
}

/** The greatest age of a frame on arrival: a camera without acknowledgements closes its connection after 5 s. */
const MAX_AGE_US = 10_000_000;
/** A larger deviation is a fault of the clock; a smaller one is crystal drift, which is followed. */
const POOR_CRYSTAL_US = 20_000;
/** After a fault, the clock is used again when exchanges agree for this long. */
const PROOF_US = 5_000_000;
const FAULTS = 3;
const FAULT_WINDOW_US = 20 * 60_000_000;
const DISTRUST_US = 10 * 60_000_000;

export class CameraClock {
  readonly #onFault: () => void;
  readonly #faults = new StrikeWindow(FAULTS, FAULT_WINDOW_US);
  #offset = new ClockOffset();
  #last: TimeResponse | undefined;
  /** After a fault: the offset is measured, but not used yet. */
  #onProbation = false;
  /** When it was first measured. */
  #agreesSinceUs: number | undefined;
  #frame: { sendUs: number; receivedUs: number } | undefined;
  #datedUs = -Infinity;
  #distrustedUntilUs = -Infinity;

  /** @param onFault called each time the clock contradicts itself */
  constructor(onFault: () => void = () => undefined) {
    this.#onFault = onFault;
  }

  /** @param receivedUs arrival of the request, and `sentUs` departure of the answer, in server time */
  answer({ id, t0, answered }: TimeRequest, receivedUs: number, sentUs: number): TimeResponse {
    if (answered && answered.id === this.#last?.id) {
      const excessUs = this.#offset.add({ ...this.#last, t3: answered.t3 });
      if (excessUs === undefined || excessUs > POOR_CRYSTAL_US) this.#fault(receivedUs);
      else this.#agreesSinceUs ??= receivedUs;
      if (receivedUs - (this.#agreesSinceUs ?? receivedUs) >= PROOF_US) this.#onProbation = false;
    }
    this.#last = { type: 'time', id, t0, t1: receivedUs, t2: sentUs };
    return this.#last;
  }

  /** Whether frames are dated by the camera's clock, not by their arrival alone. */
  isMeasured(nowUs: number): boolean {
    return this.#offset.offsetUs !== undefined && !this.#onProbation && nowUs >= this.#distrustedUntilUs;
  }

  /** When a frame was taken, in server time. */
  captureUs(frame: FrameTimes, receivedUs: number): number {
    let estimatedUs = receivedUs;
    if (receivedUs >= this.#distrustedUntilUs) {
      if (this.#isFaulty(frame, receivedUs)) this.#fault(receivedUs);
      else
        estimatedUs = captureTimeUs(frame, receivedUs, this.#onProbation ? undefined : this.#offset.offsetUs);
    }
    this.#frame = { sendUs: frame.sendUs, receivedUs };
    this.#datedUs = Math.min(receivedUs, Math.max(estimatedUs, this.#datedUs + 1));
    return this.#datedUs;
  }

  #isFaulty({ captureUs, sendUs }: FrameTimes, receivedUs: number): boolean {
    const inCameraUs = sendUs - captureUs;
    const { offsetUs = receivedUs - captureUs } = this.#offset;
    const last = this.#frame;
    return (
      !Number.isSafeInteger(captureUs) ||
      !Number.isSafeInteger(sendUs) ||
      inCameraUs < 0 ||
      inCameraUs > MAX_AGE_US ||
      receivedUs - (captureUs + offsetUs) > MAX_AGE_US ||
      (last !== undefined &&
        (sendUs <= last.sendUs ||
          Math.abs(sendUs - last.sendUs - (receivedUs - last.receivedUs)) > MAX_AGE_US))
    );
  }

  #fault(nowUs: number): void {
    if (nowUs < this.#distrustedUntilUs) return;
    this.#offset = new ClockOffset();
    this.#last = undefined;
    this.#agreesSinceUs = undefined;
    this.#onProbation = true;
    if (this.#faults.strike(nowUs)) this.#distrustedUntilUs = nowUs + DISTRUST_US;
    this.#onFault();
  }
}

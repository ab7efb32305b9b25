/**
 * One camera's clock as seen from the server. A question brings the time at which the answer before it arrived, which
 * completes that exchange: only then are all four of its times in one place.
 *
 * A camera's clock should be monotonic and is not always: it is set by SNTP, stands still, wraps, races. Invariants: frames are
 * dated in the order they come, none after its arrival and none 10 s before it. What contradicts itself is dated by its arrival,
 * and the clock is measured anew, with a proof; after several such faults it is not believed for ten minutes.
 */

import { captureTimeUs, ClockOffset } from '../core/clock-offset.ts';
import { StrikeWindow } from '../core/strike-window.ts';
import type { TimeRequest, TimeResponse } from '../wire/camera-protocol.ts';

/** On the camera's clock, µs. */
interface FrameTimes {
  captureUs: number;
  sendUs: number;
}

/** No picture is older when it arrives: a camera without acknowledgements gives its connection up after 5 s. */
const MAX_AGE_US = 10_000_000;
/** An exchange that is off by more tells of a fault; less is a poor crystal, which is followed. */
const POOR_CRYSTAL_US = 20_000;
/** After a fault, exchanges that agree over this time make the clock believable again. */
const PROOF_US = 5_000_000;
const FAULTS = 3;
const FAULT_WINDOW_US = 20 * 60_000_000;
const DISTRUST_US = 10 * 60_000_000;

export class CameraClock {
  readonly #onFault: () => void;
  readonly #faults = new StrikeWindow(FAULTS, FAULT_WINDOW_US);
  #offset = new ClockOffset();
  #last: TimeResponse | undefined;
  /** A fault is to be lived down: the offset is measured, and not believed yet. */
  #onProbation = false;
  /** When it was first measured. */
  #agreesSinceUs: number | undefined;
  #frame: { sendUs: number; receivedUs: number } | undefined;
  #datedUs = -Infinity;
  #distrustedUntilUs = -Infinity;

  /** @param onFault told each time the clock contradicts itself */
  constructor(onFault: () => void = () => undefined) {
    this.#onFault = onFault;
  }

  /** @param receivedUs as `sentUs`: when the question came and the answer goes, in server time */
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

/**
 * Decides when settings may be raised again (uplink-control.ts): a raise is on trial for a minute, and each failed raise doubles
 * the wait for the next.
 *
 * Invariant: a successful trial resets the wait. Times are µs.
 */

const TRIAL_US = 60_000_000;
const FIRST_WAIT_US = 30_000_000;
const LONGEST_WAIT_US = 600_000_000;

export class RaiseTrials {
  /** Time of the raise on trial. */
  #raisedAtUs: number | undefined;
  #waitUs = FIRST_WAIT_US;
  #notBeforeUs = -Infinity;

  mayRaise(nowUs: number): boolean {
    return nowUs >= this.#notBeforeUs;
  }

  onRaised(nowUs: number): void {
    this.#raisedAtUs = nowUs;
  }

  /** The line carries the present level. */
  onWell(nowUs: number): void {
    if (this.#isOnTrial(nowUs) || this.#raisedAtUs === undefined) return;
    this.#raisedAtUs = undefined;
    this.#waitUs = FIRST_WAIT_US;
  }

  onLowered(nowUs: number): void {
    if (!this.#isOnTrial(nowUs)) return;
    this.#raisedAtUs = undefined;
    this.#waitUs = Math.min(LONGEST_WAIT_US, 2 * this.#waitUs);
    this.#notBeforeUs = nowUs + this.#waitUs;
  }

  #isOnTrial(nowUs: number): boolean {
    return this.#raisedAtUs !== undefined && nowUs - this.#raisedAtUs <= TRIAL_US;
  }
}

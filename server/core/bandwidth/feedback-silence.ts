/**
 * Measures how long a viewer's feedback is missing while packets leave: the line may be too full to carry anything.
 *
 * Invariant: only time in which packets leave counts, so a pause in sending is not a silence. Time is an argument.
 */

const SILENCE_US = 1_000_000;
const STEP_US = 500_000;
/** While nothing is sent, there is no feedback: a longer gap counts no further. */
const MAX_GAP_US = 200_000;

export class FeedbackSilence {
  /** Undefined: nothing has left since the last feedback. */
  #silentUs: number | undefined;
  #sentUs = 0;

  /** A packet left after the last feedback. */
  get isAwaited(): boolean {
    return this.#silentUs !== undefined;
  }

  /** A packet leaves. @returns whether to lower the rate: after a second of silence, and each half second from then on */
  sent(nowUs: number): boolean {
    const gapUs = Math.min(MAX_GAP_US, Math.max(0, nowUs - this.#sentUs));
    this.#silentUs = this.#silentUs === undefined ? 0 : this.#silentUs + gapUs;
    this.#sentUs = nowUs;
    if (this.#silentUs <= SILENCE_US) return false;
    this.#silentUs = SILENCE_US - STEP_US;
    return true;
  }

  /** Feedback arrived, or the path has changed. */
  end(): void {
    this.#silentUs = undefined;
  }
}

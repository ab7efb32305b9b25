/**
 * Sends time requests to the server, one at a time, from which the server learns the camera's clock.
 *
 * Invariant: a late answer to an earlier request, or a duplicate, completes nothing.
 */

import type { TimeRequest } from '../wire/camera-protocol.ts';
import { cameraClockUs } from './frame-ticker.ts';

/** Requests sent in a row at the start, so that the server knows the clock at once. */
const FIRST_QUESTIONS = 4;

export class TimeQuestions {
  readonly #send: (question: TimeRequest) => void;
  #count = 0;
  #askedAtUs: number | undefined;
  #answered: TimeRequest['answered'];

  constructor(send: (question: TimeRequest) => void) {
    this.#send = send;
  }

  /** When the pending request was sent; undefined without one. */
  get askedAtUs(): number | undefined {
    return this.#askedAtUs;
  }

  ask(): void {
    const id = this.#count++;
    this.#askedAtUs = cameraClockUs();
    this.#send({
      type: 'time',
      id,
      t0: this.#askedAtUs,
      ...(this.#answered && { answered: this.#answered }),
    });
  }

  onAnswer(id: number): void {
    if (id !== this.#count - 1 || this.#askedAtUs === undefined) return;
    this.#askedAtUs = undefined;
    this.#answered = { id, t3: cameraClockUs() };
    if (this.#count < FIRST_QUESTIONS) this.ask();
  }
}

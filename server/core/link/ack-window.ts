/**
 * Holds a camera's frames back until the server has acknowledged earlier ones, so that a slow link shows current frames
 * at a lower rate instead of old ones at the full rate.
 *
 * Invariant: at most `size` frames are unacknowledged and at most one, the newest, waits. Camera's side of protocol v1.
 */

import { LatestSlot } from '../latest-slot.ts';

const SEQUENCE_MODULUS = 2 ** 32;

/** @returns how far `sequence` is ahead of `reference`, modulo 2^32, -2^31 … 2^31 - 1 */
export function sequenceDistance(sequence: number, reference: number): number {
  return (sequence - reference) | 0;
}

export class AckWindow<T> {
  readonly #waiting = new LatestSlot<T>();
  #size: number;
  #nextSequence: number;
  /** When each unacknowledged frame was sent, oldest first; their sequence numbers end just below `#nextSequence`. */
  #sentAtUs: number[] = [];

  /** @param size unacknowledged frames at a time, at least 1 */
  constructor(size: number, firstSequence = 0) {
    this.#size = size;
    this.#nextSequence = firstSequence;
  }

  get size(): number {
    return this.#size;
  }

  set size(size: number) {
    this.#size = Math.max(1, size);
  }

  /** Frames that were replaced by a newer one before they were sent. */
  get passedOver(): number {
    return this.#waiting.passedOver;
  }

  get inFlight(): number {
    return this.#sentAtUs.length;
  }

  /** When the oldest unacknowledged frame was sent; undefined without one. */
  get oldestSentAtUs(): number | undefined {
    return this.#sentAtUs[0];
  }

  offer(frame: T): void {
    this.#waiting.offer(frame);
  }

  /** @returns the frame to send now and its sequence number, or undefined when none waits or the window is full */
  take(nowUs: number): { frame: T; sequence: number } | undefined {
    if (this.#sentAtUs.length >= this.#size) return undefined;
    const frame = this.#waiting.take();
    if (frame === undefined) return undefined;
    const sequence = this.#nextSequence;
    this.#nextSequence = (sequence + 1) % SEQUENCE_MODULUS;
    this.#sentAtUs.push(nowUs);
    return { frame, sequence };
  }

  /** @returns false for an acknowledgement of a frame never sent, which changes nothing; an old one is accepted */
  acknowledge(sequence: number): boolean {
    const unsent = sequenceDistance(this.#nextSequence, sequence) - 1;
    if (unsent < 0) return false;
    this.#sentAtUs = this.#sentAtUs.slice(Math.max(0, this.#sentAtUs.length - unsent));
    return true;
  }
}

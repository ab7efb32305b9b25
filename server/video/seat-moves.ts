/**
 * Moves seats out of a running codec process, one after the other, so that no camera misses a frame.
 *
 * Invariant: a seat moves only while it has no request pending, and at most one per interval: each move costs opening
 * an encoder and a keyframe.
 */

import type { Seat } from './codec-seat.ts';

export class SeatMoves {
  readonly #intervalMs: number;
  readonly #crowded: () => { readonly seats: Seat[] } | undefined;
  readonly #move: (seat: Seat) => void;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param crowded the process that must lose a seat, while there is one
   * @param move moves the seat to its new process
   */
  constructor(
    intervalMs: number,
    crowded: () => { readonly seats: Seat[] } | undefined,
    move: (seat: Seat) => void,
  ) {
    this.#intervalMs = intervalMs;
    this.#crowded = crowded;
    this.#move = move;
  }

  /** There may be a seat to move. */
  begin(): void {
    this.#timer ??= setTimeout(() => this.#next(), this.#intervalMs);
  }

  /** One seat that need not wait for the others. */
  now(seat: Seat): void {
    if (seat.inFlight) seat.leaving = true;
    else this.#move(seat);
  }

  /** The seat has no request pending. */
  onIdle(seat: Seat): void {
    if (seat.leaving) this.#move(seat);
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#timer = undefined;
    const seats = this.#crowded()?.seats;
    if (!seats) return;
    const seat = seats.find(({ inFlight }) => !inFlight) ?? seats[0];
    if (seat && !seats.some(({ leaving }) => leaving)) this.now(seat);
    this.begin();
  }
}

/**
 * Bounds a site's video in flight to NATS. A round trip (PING, PONG) confirms what NATS has read; unconfirmed frames wait in this
 * process, in sockets, or on the line.
 *
 * Invariants: at most MAX_BYTES are unconfirmed, CAMERA_BYTES of them from one camera, so that no camera takes the room of the
 * others; nothing is added while a round trip takes MAX_WAIT_US longer than the best one, so a slow connection gets fewer frames,
 * not older ones. Frames of upper layers are dropped at half of that. Time is an argument.
 */

import { BulkWindow } from './bulk-window.ts';

/** Two keyframes of the largest camera. */
export const MAX_BYTES = 4 * 1024 * 1024;
export const CAMERA_BYTES = MAX_BYTES / 2;
export const MAX_WAIT_US = 200_000;
/** Least time between two measurements of the round trip, while something is published. */
export const MARK_INTERVAL_US = 20_000;
/** How long the best round trip counts: the route to NATS may change. */
const BEST_FOR_US = 60_000_000;

interface Mark {
  readonly sentUs: number;
  readonly bulkBytes: number;
  readonly bytesOf: ReadonlyMap<string, number>;
}

export class PublishWindow {
  /** Beside the video: downloads. */
  readonly bulk = new BulkWindow();
  readonly #marks: Mark[] = [];
  /** Published after the last mark. */
  #unmarked = new Map<string, number>();
  #unmarkedBulkBytes = 0;
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;
  #markedUs = -Infinity;
  /** The best round trip of this span and of the one before it. */
  #best = { us: Infinity, beforeUs: Infinity, sinceUs: -Infinity };

  /** Unconfirmed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The best recent round trip, µs; undefined: none is known. */
  get roundTripUs(): number | undefined {
    const us = Math.min(this.#best.us, this.#best.beforeUs);
    return us < Infinity ? us : undefined;
  }

  /** @param isUpper of an upper layer */
  hasRoom(cameraId: string, bytes: number, isUpper: boolean, nowUs: number): boolean {
    const share = isUpper ? 0.5 : 1;
    if (this.#bytes + bytes > share * MAX_BYTES) return false;
    if ((this.#bytesOf.get(cameraId) ?? 0) + bytes > share * CAMERA_BYTES) return false;
    return this.#behindUs(nowUs) <= share * MAX_WAIT_US;
  }

  published(cameraId: string, bytes: number): void {
    this.#bytes += bytes;
    add(this.#bytesOf, cameraId, bytes);
    add(this.#unmarked, cameraId, bytes);
  }

  publishedBulk(bytes: number): void {
    this.bulk.sent(bytes);
    this.#unmarkedBulkBytes += bytes;
  }

  /** Something was published after the last round trip began. */
  get hasUnmarked(): boolean {
    return this.#unmarked.size > 0 || this.#unmarkedBulkBytes > 0;
  }

  /** @returns whether to begin a round trip after the published frames; call `confirmed` when it ends */
  mark(nowUs: number): boolean {
    if (!this.hasUnmarked || nowUs - this.#markedUs < MARK_INTERVAL_US) return false;
    this.#markedUs = nowUs;
    this.#marks.push({ sentUs: nowUs, bytesOf: this.#unmarked, bulkBytes: this.#unmarkedBulkBytes });
    this.#unmarked = new Map();
    this.#unmarkedBulkBytes = 0;
    return true;
  }

  /** The oldest round trip has ended: they end in order. */
  confirmed(nowUs: number): void {
    const mark = this.#marks.shift();
    if (!mark) return;
    for (const [cameraId, bytes] of mark.bytesOf) {
      this.#bytes -= bytes;
      add(this.#bytesOf, cameraId, -bytes);
    }
    const roundTripUs = nowUs - mark.sentUs;
    this.#learn(roundTripUs, nowUs);
    this.bulk.confirmed(mark.bulkBytes, roundTripUs - (this.roundTripUs ?? 0));
  }

  /** The connection is lost, and with it everything in flight. */
  reset(): void {
    this.#marks.length = 0;
    this.#unmarked.clear();
    this.#unmarkedBulkBytes = 0;
    this.bulk.reset();
    this.#bytesOf.clear();
    this.#bytes = 0;
    this.#markedUs = -Infinity;
    this.#best = { us: Infinity, beforeUs: Infinity, sinceUs: -Infinity };
  }

  /** How much longer the oldest round trip takes than the best one. */
  #behindUs(nowUs: number): number {
    const oldest = this.#marks[0];
    return oldest ? nowUs - oldest.sentUs - (this.roundTripUs ?? 0) : 0;
  }

  #learn(us: number, nowUs: number): void {
    if (nowUs - this.#best.sinceUs >= BEST_FOR_US)
      this.#best = { us: Infinity, beforeUs: this.#best.us, sinceUs: nowUs };
    this.#best.us = Math.min(this.#best.us, us);
  }
}

function add(bytesOf: Map<string, number>, cameraId: string, bytes: number): void {
  const sum = (bytesOf.get(cameraId) ?? 0) + bytes;
  if (sum > 0) bytesOf.set(cameraId, sum);
  else bytesOf.delete(cameraId);
}

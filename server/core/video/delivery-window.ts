/**
 * The number of pictures that may be in flight to one viewer, so that none waits in a queue: after TCP Vegas (RFC 6817 has the
 * idea for LEDBAT). More are allowed while that does not delay a picture, fewer as soon as it does. Time is an argument.
 *
 * Invariant: if none is in flight, one may be sent.
 */

/** Enough for 25 pictures a second over a round trip of 300 ms. */
const MAX_PICTURES = 8;
/** How much longer than a single picture in flight one may take, for the window to grow, and to stay. */
const GROWS_UP_TO = { factor: 1.1, ms: 20 };
const STAYS_UP_TO = { factor: 1.25, ms: 40 };
/** Time for which the window does not grow after it has shrunk. */
const HOLD_MS = 5_000;
/** The path or the picture's size may have changed: then a single picture is sent again, to measure it. */
const ALONE_LASTS_MS = 10_000;
/** Headers of parts, chunks and TLS records, and the last segment's acknowledgement, which may be delayed. */
const SLACK_BYTES = 2_048;

interface Picture {
  bytes: number;
  sentAtMs: number;
  /** It was the only picture in flight, so it did not wait. */
  alone: boolean;
}

export class DeliveryWindow {
  #inFlight: Picture[] = [];
  #pictures = 1;
  /** The shortest time of a single picture in flight. */
  #alone = { tookMs: Infinity, atMs: -Infinity };
  #heldUntilMs = -Infinity;

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** Another picture may be sent. */
  isOpen(nowMs: number): boolean {
    return this.#inFlight.length < (this.#isMeasured(nowMs) ? this.#pictures : 1);
  }

  onSent(bytes: number, nowMs: number): void {
    this.#inFlight.push({ bytes, sentAtMs: nowMs, alone: this.#inFlight.length === 0 });
  }

  /** @param bytes written and not acknowledged by the peer's machine yet */
  onOutstanding(bytes: number, nowMs: number): void {
    let behind = this.#inFlight.reduce((sum, picture) => sum + picture.bytes, 0);
    const wasFull = !this.isOpen(nowMs);
    for (let first = this.#inFlight[0]; first; first = this.#inFlight[0]) {
      behind -= first.bytes;
      if (bytes > behind + Math.min(SLACK_BYTES, first.bytes / 2)) return;
      this.#inFlight.shift();
      this.#onDelivered(first, nowMs, wasFull);
    }
  }

  /** The peer's state is unknown: sent bytes count as delivered. */
  clear(): void {
    this.#inFlight = [];
  }

  #isMeasured(nowMs: number): boolean {
    return nowMs - this.#alone.atMs <= ALONE_LASTS_MS;
  }

  #onDelivered({ sentAtMs, alone }: Picture, nowMs: number, wasFull: boolean): void {
    const tookMs = nowMs - sentAtMs;
    if (alone && (tookMs <= this.#alone.tookMs || !this.#isMeasured(nowMs)))
      this.#alone = { tookMs, atMs: nowMs };
    const limit = ({ factor, ms }: typeof STAYS_UP_TO): number => this.#alone.tookMs * factor + ms;
    if (tookMs > limit(STAYS_UP_TO)) {
      this.#pictures = Math.max(1, this.#pictures - 1);
      this.#heldUntilMs = nowMs + HOLD_MS;
    } else if (wasFull && tookMs <= limit(GROWS_UP_TO) && nowMs >= this.#heldUntilMs) {
      this.#pictures = Math.min(MAX_PICTURES, this.#pictures + 1);
    }
  }
}

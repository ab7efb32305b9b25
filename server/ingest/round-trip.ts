/**
 * The round trip to a camera, measured by the handshake and by WebSocket pings: the payload brings back the time it was sent.
 *
 * Invariant: the smallest measurement counts; larger ones include queueing.
 */

const PAYLOAD_BYTES = 8;

export class RoundTrip {
  #smallestUs = Infinity;

  /** µs; Infinity before the first. */
  get smallestUs(): number {
    return this.#smallestUs;
  }

  note(us: number): void {
    if (us > 0) this.#smallestUs = Math.min(this.#smallestUs, us);
  }

  /** @returns the payload of a ping */
  ping(nowUs: number): Buffer {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.writeDoubleLE(nowUs);
    return payload;
  }

  /** @param payload of the pong; one of another length is ignored */
  onPong(payload: Buffer, nowUs: number): void {
    if (payload.length === PAYLOAD_BYTES) this.note(nowUs - payload.readDoubleLE());
  }
}

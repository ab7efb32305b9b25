/**
 * How much of what edges download may be on its way to NATS beside the video: what the line has left over. It grows while
 * round trips stay near the best, and gives way as soon as they do not, long before video is left out (publish-window.ts).
 * After LEDBAT (RFC 6817), in bytes on the way instead of a rate.
 *
 * Invariants: one message is always on its way, so that no download stands still; never more than MAX_BYTES are.
 */

export const MIN_BYTES = 16 * 1024;
export const MAX_BYTES = 1024 * 1024;
/** Round trips this much longer than the best are somebody's queue. */
export const TARGET_US = 25_000;

export class BulkWindow {
  #limitBytes = 4 * MIN_BYTES;
  #bytes = 0;

  /** On the way. */
  get bytes(): number {
    return this.#bytes;
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#limitBytes;
  }

  sent(bytes: number): void {
    this.#bytes += bytes;
  }

  /** @param waitedUs how much longer than the best the round trip took that confirms them */
  confirmed(bytes: number, waitedUs: number): void {
    // Only a limit that was used is known to be too small.
    const wasUsed = this.#bytes > this.#limitBytes / 2;
    this.#bytes -= bytes;
    if (waitedUs > 2 * TARGET_US) this.#limitBytes = Math.max(MIN_BYTES, this.#limitBytes / 2);
    else if (waitedUs > TARGET_US) this.#limitBytes = Math.max(MIN_BYTES, this.#limitBytes - MIN_BYTES);
    else if (wasUsed && bytes > 0) this.#limitBytes = Math.min(MAX_BYTES, this.#limitBytes + MIN_BYTES);
  }

  /** The connection is lost. */
  reset(): void {
    this.#bytes = 0;
    this.#limitBytes = 4 * MIN_BYTES;
  }
}

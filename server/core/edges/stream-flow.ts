/**
 * The flow of one stream of bytes through a tunnel, in both directions: how much may be sent, and how much room there
 * is to receive.
 *
 * Invariants: never more than WINDOW_BYTES are in flight or waiting in one direction, whichever side is slow; a missing message
 * is detected by its number, and a side that sends more than it may by the amount: both break the stream, because lost bytes
 * cannot be recovered.
 */

export const WINDOW_BYTES = 256 * 1024;
/** The longest message of data: other streams and video get their turn in between. */
export const MAX_DATA_BYTES = 32 * 1024;
const U32 = 2 ** 32;

export class StreamFlow {
  #maySend = WINDOW_BYTES;
  #received = 0;
  /** Bytes of credit given back. */
  #credited = 0;
  #next = 0;
  #expected = 0;

  /** Bytes that may be sent in one message now. */
  get sendableBytes(): number {
    return Math.min(this.#maySend, MAX_DATA_BYTES);
  }

  /** @returns the number of the next message */
  nextSequence(): number {
    const sequence = this.#next;
    this.#next = (sequence + 1) % U32;
    return sequence;
  }

  sent(bytes: number): void {
    this.#maySend -= bytes;
  }

  /** @returns false when the other side gives more credit than it was sent bytes */
  credited(bytes: number): boolean {
    this.#maySend += bytes;
    return this.#maySend <= WINDOW_BYTES;
  }

  /** @returns false when a message is missing, or was sent twice */
  arrived(sequence: number): boolean {
    if (sequence !== this.#expected) return false;
    this.#expected = (sequence + 1) % U32;
    return true;
  }

  /** @returns false when the other side sends more than it may */
  received(bytes: number): boolean {
    this.#received += bytes;
    return this.#received - this.#credited <= WINDOW_BYTES;
  }

  /**
   * @param waitingBytes received, and not read yet
   * @returns the credit to send: how many bytes more the other side may send; 0: not worth a message
   */
  takeCredit(waitingBytes: number): number {
    const bytes = this.#received - waitingBytes - this.#credited;
    if (bytes < WINDOW_BYTES / 4) return 0;
    this.#credited += bytes;
    return bytes;
  }
}

/**
 * Datagrams over a stream (RFC 4571 section 2), as ICE-TCP carries them (RFC 6544 section 3):
 *
 *      0                   1                   2
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 …
 *     +-------------------------------+-------------
 *     |            length             |  datagram …
 *     +-------------------------------+-------------
 *
 * Invariant: at most one datagram is held, and none longer than a viewer has reason to send.
 */

const LENGTH_BYTES = 2;
/** Checks, DTLS flights and RTCP all fit a path's MTU. */
export const MAX_DATAGRAM_BYTES = 2048;

/** A new buffer: the stream reads it later. */
export function framed(datagram: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + datagram.length);
  frame.writeUInt16BE(datagram.length);
  frame.set(datagram, LENGTH_BYTES);
  return frame;
}

export class Deframer {
  readonly #onDatagram: (datagram: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);

  /** @param onDatagram is given a buffer that is its own, or a part of the chunk */
  constructor(onDatagram: (datagram: Buffer) => void) {
    this.#onDatagram = onDatagram;
  }

  /** @returns false when what comes is no framing of ours: the stream is worth nothing from here on */
  push(chunk: Buffer): boolean {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const length = rest.readUInt16BE();
      if (length > MAX_DATAGRAM_BYTES) return false;
      const end = LENGTH_BYTES + length;
      if (rest.length < end) break;
      // An empty one says nothing but is no mistake (RFC 4571 section 2).
      if (length > 0) this.#onDatagram(rest.subarray(LENGTH_BYTES, end));
      rest = rest.subarray(end);
    }
    // A copy: the chunk it is the end of may be much larger.
    this.#held = Buffer.from(rest);
    return true;
  }
}

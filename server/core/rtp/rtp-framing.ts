/**
 * Datagrams over a stream (RFC 4571 section 2), as ICE-TCP carries them (RFC 6544 section 3):
 *
 *      0                   1                   2
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 …
 *     +-------------------------------+-------------
 *     |            length             |  datagram …
 *     +-------------------------------+-------------
 *
 * Invariant: at most one datagram is held, of at most MAX_DATAGRAM_BYTES.
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

  /** @param onDatagram receives its own buffer, or a part of the chunk */
  constructor(onDatagram: (datagram: Buffer) => void) {
    this.#onDatagram = onDatagram;
  }

  /** @returns false for malformed framing: the stream is unusable from here on */
  push(chunk: Buffer): boolean {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const length = rest.readUInt16BE();
      if (length > MAX_DATAGRAM_BYTES) return false;
      const end = LENGTH_BYTES + length;
      if (rest.length < end) break;
      // An empty datagram is allowed (RFC 4571 section 2).
      if (length > 0) this.#onDatagram(rest.subarray(LENGTH_BYTES, end));
      rest = rest.subarray(end);
    }
    // Copied, because the chunk it belongs to may be much larger.
    this.#held = Buffer.from(rest);
    return true;
  }
}

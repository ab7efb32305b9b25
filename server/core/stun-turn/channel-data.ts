/**
 * Messages between a TURN client and its server, as bytes (RFC 8656 section 12.4): STUN, recognized by its first byte
 * 0…3, and relayed data with the number of a channel, 4000…4fff hex, in front.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |        channel number         |            length             |
 *     |                 application data, variable                    |
 */

export const FIRST_CHANNEL = 0x4000;
export const LAST_CHANNEL = 0x4fff;
const HEADER_BYTES = 4;
const STUN_HEADER_BYTES = 20;

/** @param padded over a stream the next message starts at a multiple of four bytes */
export function writeChannelData(channel: number, data: Uint8Array, padded: boolean): Buffer {
  const length = HEADER_BYTES + data.length;
  const message = Buffer.allocUnsafe(padded ? roundedUp(length) : length);
  message.writeUInt16BE(channel, 0);
  message.writeUInt16BE(data.length, 2);
  message.set(data, HEADER_BYTES);
  if (message.length > length) message.fill(0, length);
  return message;
}

/** @returns undefined when the message is of another kind, or shorter than its length field */
export function readChannelData(message: Buffer): { channel: number; data: Buffer } | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const channel = message.readUInt16BE(0);
  const end = HEADER_BYTES + message.readUInt16BE(2);
  if (channel < FIRST_CHANNEL || channel > LAST_CHANNEL || end > message.length) return undefined;
  return { channel, data: message.subarray(HEADER_BYTES, end) };
}

/** Splits a stream into messages: both kinds contain their length. */
export class TurnStream {
  #waiting: Buffer = Buffer.alloc(0);

  /**
   * @returns the complete messages, without padding
   * @throws RangeError for malformed data: the rest of the stream cannot be parsed
   */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const messages: Buffer[] = [];
    let offset = 0;
    // The longest message is 64 KiB, so at most that much waits.
    while (bytes.length - offset >= HEADER_BYTES) {
      const kind = bytes.readUInt16BE(offset);
      if (kind > LAST_CHANNEL) throw new RangeError('neither STUN nor channel data');
      const isStun = kind < FIRST_CHANNEL;
      const length = (isStun ? STUN_HEADER_BYTES : HEADER_BYTES) + bytes.readUInt16BE(offset + 2);
      const next = offset + roundedUp(length);
      if (next > bytes.length) break;
      messages.push(bytes.subarray(offset, offset + length));
      offset = next;
    }
    this.#waiting = bytes.subarray(offset);
    return messages;
  }
}

function roundedUp(length: number): number {
  return (length + 3) & ~3;
}

/**
 * The 32-byte little-endian header in front of every JPEG a camera sends (protocol v1).
 *
 *      0               1               2               3
 *     +---------------+---------------+---------------+---------------+
 *   0 | 0x56 'V'      | version = 1   | type (1=JPEG) | flags = 0     |
 *     +---------------+---------------+---------------+---------------+
 *   4 | sequence u32, from 0, one per frame sent                      |
 *   8 | captureUs u64, the camera's monotonic clock                   |
 *  16 | sendUs u64, the same clock                                    |
 *     +-------------------------------+-------------------------------+
 *  24 | width u16                     | height u16                    |
 *  28 | jpegBytes u32                                                 |
 *     +---------------------------------------------------------------+
 */

export const FRAME_HEADER_BYTES = 32;
const MAGIC = 0x56;
const VERSION = 1;
const TYPE_JPEG = 1;

export interface FrameHeader {
  /** u32, wraps. */
  sequence: number;
  /** µs of the camera's monotonic clock, below 2^53. */
  captureUs: number;
  sendUs: number;
  /** Pixels, u16. */
  width: number;
  height: number;
  /** Length of the JPEG behind the header. */
  jpegBytes: number;
}

/** Writes the header into `target` at `offset`, which must have 32 bytes of room. */
export function writeFrameHeader(header: FrameHeader, target: Uint8Array, offset = 0): void {
  const view = new DataView(target.buffer, target.byteOffset + offset, FRAME_HEADER_BYTES);
  view.setUint8(0, MAGIC);
  view.setUint8(1, VERSION);
  view.setUint8(2, TYPE_JPEG);
  view.setUint8(3, 0);
  view.setUint32(4, header.sequence, true);
  view.setBigUint64(8, BigInt(header.captureUs), true);
  view.setBigUint64(16, BigInt(header.sendUs), true);
  view.setUint16(24, header.width, true);
  view.setUint16(26, header.height, true);
  view.setUint32(28, header.jpegBytes, true);
}

/**
 * Reads the header at the start of a binary message.
 *
 * @returns the header, or a sentence that names the problem. Never throws: the bytes are untrusted.
 */
export function readFrameHeader(message: Uint8Array, clock: 'right' | 'any' = 'right'): FrameHeader | string {
  if (message.length < FRAME_HEADER_BYTES) return 'shorter than a frame header';
  const view = new DataView(message.buffer, message.byteOffset, FRAME_HEADER_BYTES);
  if (view.getUint8(0) !== MAGIC) return 'wrong magic byte';
  if (view.getUint8(1) !== VERSION) return 'unknown header version';
  if (view.getUint8(2) !== TYPE_JPEG) return 'unknown frame type';
  if (view.getUint8(3) !== 0) return 'unknown flags';
  const captureUs = Number(view.getBigUint64(8, true));
  const sendUs = Number(view.getBigUint64(16, true));
  if (clock === 'right' && !(Number.isSafeInteger(captureUs) && Number.isSafeInteger(sendUs)))
    return 'clock out of range';
  if (clock === 'right' && sendUs < captureUs) return 'sent before it was captured';
  const header = {
    sequence: view.getUint32(4, true),
    captureUs,
    sendUs,
    width: view.getUint16(24, true),
    height: view.getUint16(26, true),
    jpegBytes: view.getUint32(28, true),
  };
  if (header.jpegBytes !== message.length - FRAME_HEADER_BYTES) return 'length differs from the message';
  return header;
}

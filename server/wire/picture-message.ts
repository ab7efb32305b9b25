/**
 * The 24-byte little-endian header in front of every JPEG the server sends a viewer for whom WebRTC does not pass: the only
 * binary messages of signaling (`watchFrames`).
 *
 *      0               1               2               3
 *     +---------------+---------------+---------------+---------------+
 *   0 | 0x57 'W'      | version = 1   | type (1=JPEG) | flags = 0     |
 *     +---------------+---------------+---------------+---------------+
 *   4 | watchId u32, as watchFrames was answered                      |
 *   8 | sequence u32, from 0, one per picture sent in this watch      |
 *  12 | passedOver u32, pictures of this watch a newer one replaced   |
 *  16 | captureUs u64, µs since the Unix epoch, server clock          |
 *     +---------------------------------------------------------------+
 *  24 | JPEG, to the end of the message                               |
 */

export const PICTURE_HEADER_BYTES = 24;
const MAGIC = 0x57;
const VERSION = 1;
const TYPE_JPEG = 1;

export interface PictureHeader {
  watchId: number;
  /** u32, wraps. */
  sequence: number;
  /** u32, wraps. */
  passedOver: number;
  /** µs since the Unix epoch on the server's clock, below 2^53. */
  captureUs: number;
}

/** Writes the header to the start of `target`, which must have 24 bytes of room. */
export function writePictureHeader(header: PictureHeader, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset, PICTURE_HEADER_BYTES);
  view.setUint8(0, MAGIC);
  view.setUint8(1, VERSION);
  view.setUint8(2, TYPE_JPEG);
  view.setUint8(3, 0);
  view.setUint32(4, header.watchId, true);
  view.setUint32(8, header.sequence, true);
  view.setUint32(12, header.passedOver, true);
  view.setBigUint64(16, BigInt(header.captureUs), true);
}

/** @returns the header, or a sentence that names the problem */
export function readPictureHeader(message: Uint8Array): PictureHeader | string {
  if (message.length <= PICTURE_HEADER_BYTES) return 'shorter than a header and a picture';
  const view = new DataView(message.buffer, message.byteOffset, PICTURE_HEADER_BYTES);
  if (view.getUint8(0) !== MAGIC) return 'wrong magic byte';
  if (view.getUint8(1) !== VERSION) return 'unknown header version';
  if (view.getUint8(2) !== TYPE_JPEG) return 'unknown picture type';
  if (view.getUint8(3) !== 0) return 'unknown flags';
  const captureUs = Number(view.getBigUint64(16, true));
  if (!Number.isSafeInteger(captureUs)) return 'clock out of range';
  return {
    watchId: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    passedOver: view.getUint32(12, true),
    captureUs,
  };
}

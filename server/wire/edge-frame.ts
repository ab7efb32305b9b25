/**
 * One encoded frame on its way from a site to its edges: a little-endian header, then the VP8, sealed
 * (core/edges/frame-seal.ts). Camera and rung are in the subject (core/edges/subjects.ts).
 *
 *      0               1               2               3
 *     +---------------+---------------+---------------+---------------+
 *   0 | 0x58 'X'      | version = 1   | header bytes  |0 0|tid|S|L|R|K|
 *     +---------------+---------------+---------------+---------------+
 *   4 | epoch u32, another one each time the site begins the rung     |
 *   8 | sequence u32, one per frame of the rung in this epoch         |
 *  12 | frames of layer 1 among them u32, this one included           |
 *  16 | frames of layer 2 among them u32, this one included           |
 *  20 | timestamp90k u32                                              |
 *  24 | captureUs u64, the site's server time                         |
 *  32 | receivedUs - captureUs u32                                    |
 *  36 | decodeStartUs - captureUs u32                                 |
 *  40 | decodedUs - captureUs u32                                     |
 *  44 | encodedUs - captureUs u32                                     |
 *     +-------------------------------+-------------------------------+
 *  48 | width u16                     | height u16                    |
 *     +-------------------------------+-------------------------------+
 *  52 | key u32: which one seals the picture                           |
 *     +---------------------------------------------------------------+
 *  56 | sealed VP8, from `header bytes` on, and a tag of 16 bytes      |
 *
 * K: keyframe; R: repeated; L: it has layers, and tid and S (layer sync) mean something. The sequence also counts the frames that
 * the site left out, so that the counts tell an edge how many frames of each layer are missing.
 *
 * A newer version 1 may lengthen the header and use the two bits: a reader skips fields that it does not know.
 */

export const EDGE_FRAME_HEADER_BYTES = 56;
/** More than a keyframe of the largest camera; the smaller of this and what the NATS server takes counts. */
export const MAX_EDGE_FRAME_BYTES = 4 * 1024 * 1024;
export const EDGE_FRAME_VERSION = 1;

const MAGIC = 0x58;
const KEYFRAME = 1;
const REPEATED = 2;
const LAYERED = 4;
const LAYER_SYNC = 8;
const TID_SHIFT = 4;
const MAX_U32 = 2 ** 32 - 1;

/** As core/video/encoded-frame.ts, without camera and rung. Times: µs of the site's server time. */
export interface EdgeFrameHeader {
  /** u32. */
  epoch: number;
  /** u32, wraps, as the two counts. */
  sequence: number;
  layer1Count: number;
  layer2Count: number;
  layer: { readonly tid: 0 | 1 | 2; readonly layerSync: boolean } | undefined;
  keyframe: boolean;
  repeated: boolean;
  /** u32. */
  timestamp90k: number;
  captureUs: number;
  receivedUs: number;
  decodeStartUs: number;
  decodedUs: number;
  encodedUs: number;
  /** Pixels, u16. */
  width: number;
  height: number;
  /** u32. */
  keyId: number;
}

/** As it was received; both are parts of the message. */
export interface EdgeFrame extends EdgeFrameHeader {
  /** The bytes of the header. */
  head: Uint8Array;
  sealed: Uint8Array;
}

/**
 * @returns a new message with the header, and room behind it; a time further from `captureUs` than a u32 holds is written as the
 *   nearest it holds
 */
export function writeEdgeFrame(frame: EdgeFrameHeader, sealedBytes: number): Uint8Array {
  const message = new Uint8Array(EDGE_FRAME_HEADER_BYTES + sealedBytes);
  const view = new DataView(message.buffer);
  const { layer, captureUs } = frame;
  const layerFlags = layer ? LAYERED | (layer.layerSync ? LAYER_SYNC : 0) | (layer.tid << TID_SHIFT) : 0;
  view.setUint8(0, MAGIC);
  view.setUint8(1, EDGE_FRAME_VERSION);
  view.setUint8(2, EDGE_FRAME_HEADER_BYTES);
  view.setUint8(3, (frame.keyframe ? KEYFRAME : 0) | (frame.repeated ? REPEATED : 0) | layerFlags);
  view.setUint32(4, frame.epoch, true);
  view.setUint32(8, frame.sequence, true);
  view.setUint32(12, frame.layer1Count, true);
  view.setUint32(16, frame.layer2Count, true);
  view.setUint32(20, frame.timestamp90k, true);
  view.setBigUint64(24, BigInt(captureUs), true);
  const after = (us: number): number => Math.max(0, Math.min(MAX_U32, us - captureUs));
  view.setUint32(32, after(frame.receivedUs), true);
  view.setUint32(36, after(frame.decodeStartUs), true);
  view.setUint32(40, after(frame.decodedUs), true);
  view.setUint32(44, after(frame.encodedUs), true);
  view.setUint16(48, frame.width, true);
  view.setUint16(50, frame.height, true);
  view.setUint32(52, frame.keyId, true);
  return message;
}

/** @returns the frame, or a sentence that names the problem. Never throws: the bytes are untrusted. */
export function readEdgeFrame(message: Uint8Array): EdgeFrame | string {
  if (message.length < EDGE_FRAME_HEADER_BYTES) return 'shorter than a frame header';
  if (message.length > MAX_EDGE_FRAME_BYTES) return 'longer than any frame';
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (view.getUint8(0) !== MAGIC) return 'wrong magic byte';
  if (view.getUint8(1) !== EDGE_FRAME_VERSION) return 'unknown version';
  const headerBytes = view.getUint8(2);
  if (headerBytes < EDGE_FRAME_HEADER_BYTES) return 'header too short';
  if (headerBytes >= message.length) return 'no picture behind the header';
  const flags = view.getUint8(3);
  const keyframe = (flags & KEYFRAME) !== 0;
  const tid = (flags >> TID_SHIFT) & 3;
  if (tid === 3) return 'unknown layer';
  const isLayered = (flags & LAYERED) !== 0;
  if (keyframe && isLayered && tid !== 0) return 'keyframe of an upper layer';
  const captureUs = Number(view.getBigUint64(24, true));
  if (captureUs > Number.MAX_SAFE_INTEGER - MAX_U32) return 'clock out of range';
  const width = view.getUint16(48, true);
  const height = view.getUint16(50, true);
  if (width === 0 || height === 0) return 'picture without a size';
  return {
    epoch: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    layer1Count: view.getUint32(12, true),
    layer2Count: view.getUint32(16, true),
    layer: isLayered ? { tid: tid as 0 | 1 | 2, layerSync: (flags & LAYER_SYNC) !== 0 } : undefined,
    keyframe,
    repeated: (flags & REPEATED) !== 0,
    timestamp90k: view.getUint32(20, true),
    captureUs,
    receivedUs: captureUs + view.getUint32(32, true),
    decodeStartUs: captureUs + view.getUint32(36, true),
    decodedUs: captureUs + view.getUint32(40, true),
    encodedUs: captureUs + view.getUint32(44, true),
    width,
    height,
    keyId: view.getUint32(52, true),
    head: message.subarray(0, headerBytes),
    sealed: message.subarray(headerBytes),
  };
}

/**
 * The frame tag of VP8, the first bytes of each frame (RFC 6386 section 9.1).
 *
 *      0                   1                   2
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
 *     +-+-----+-+-------------------------------------+   then, of a keyframe: 9d 01 2a,
 *     |K| ver |S|   size of the first partition       |   width and height, 14 bits each,
 *     +-+-----+-+-------------------------------------+   little endian, 2 bits of scale above
 */

const KEYFRAME_HEADER_BYTES = 10;

export interface Vp8FrameInfo {
  keyframe: boolean;
  /** Pixels; of keyframes only. */
  width?: number;
  height?: number;
}

/** @returns undefined when these are not the first bytes of a VP8 frame */
export function readVp8Frame(frame: Uint8Array): Vp8FrameInfo | undefined {
  const [first, second, third] = frame;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const firstPartitionBytes = ((first | (second << 8) | (third << 16)) >>> 5) & 0x7ffff;
  const keyframe = (first & 1) === 0;
  if (firstPartitionBytes === 0 || firstPartitionBytes > frame.length) return undefined;
  if (!keyframe) return { keyframe };
  if (frame.length < KEYFRAME_HEADER_BYTES) return undefined;
  if (frame[3] !== 0x9d || frame[4] !== 0x01 || frame[5] !== 0x2a) return undefined;
  const width = ((frame[6] ?? 0) | ((frame[7] ?? 0) << 8)) & 0x3fff;
  const height = ((frame[8] ?? 0) | ((frame[9] ?? 0) << 8)) & 0x3fff;
  return width === 0 || height === 0 ? undefined : { keyframe, width, height };
}

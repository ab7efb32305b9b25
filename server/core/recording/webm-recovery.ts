/**
 * Reads the frames of a WebM file that was cut off anywhere: by a crash, a full disk, a power cut.
 *
 * In such a file the sizes of its segment and clusters, which are filled in last, are wrong, and cues are missing. So those
 * sizes are ignored: elements are read one after the other up to the first incomplete or invalid one.
 */

import { readVp8Frame } from '../video/vp8-frame.ts';
import {
  BLOCK_HEADER_BYTES,
  CLUSTER,
  CUES,
  EBML,
  readElement,
  readUnsigned,
  SEGMENT,
  SIMPLE_BLOCK,
  TIMESTAMP,
} from './webm-elements.ts';

/** Other elements at the top of a recording: SeekHead, Info, Tracks, Tags, Void, Cues. */
const PASSED_OVER = new Set([0x114d9b74, 0x1549a966, 0x1654ae6b, 0x1254c367, 0xec, CUES]);
/** A frame is never much larger than its JPEG. */
const MAX_ELEMENT_BYTES = 4 * 1024 * 1024;
export interface RecoveredFrame {
  /** Since the beginning of the file. */
  timeMs: number;
  keyframe: boolean;
  /** A view of the file's bytes. */
  data: Uint8Array;
}

/** @returns all complete frames, beginning with a keyframe; may be empty */
export function recoverFrames(file: Uint8Array): RecoveredFrame[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const frames: RecoveredFrame[] = [];
  let clusterMs: number | undefined;
  for (let at = 0; at < file.length;) {
    const element = readElement(view, at);
    if (!element) break;
    const { id, dataAt, bytes } = element;
    if (id === SEGMENT || id === CLUSTER) {
      if (id === CLUSTER) clusterMs = undefined;
      at = dataAt;
      continue;
    }
    const end = dataAt + bytes;
    if (bytes > MAX_ELEMENT_BYTES || end > file.length) break;
    if (id === TIMESTAMP) {
      clusterMs = readUnsigned(file.subarray(dataAt, end));
    } else if (id === SIMPLE_BLOCK) {
      const frame = clusterMs === undefined ? undefined : readBlock(file, dataAt, end, clusterMs);
      if (!frame || (frames.length === 0 && !frame.keyframe)) break;
      if (frame.timeMs <= (frames.at(-1)?.timeMs ?? -1)) break;
      frames.push(frame);
    } else if (id !== EBML && !PASSED_OVER.has(id)) {
      break;
    }
    at = end;
  }
  return frames;
}

/** Bytes that were never written are zeros: then the block's flags and its frame do not fit together. */
function readBlock(
  file: Uint8Array,
  from: number,
  end: number,
  clusterMs: number,
): RecoveredFrame | undefined {
  const [track, high = 0, low = 0, flags = 0] = file.subarray(from, from + BLOCK_HEADER_BYTES);
  const data = file.subarray(from + BLOCK_HEADER_BYTES, end);
  const keyframe = (flags & 0x80) !== 0;
  if (track !== 0x81 || readVp8Frame(data)?.keyframe !== keyframe) return undefined;
  const relativeMs = ((high << 24) >> 16) | low;
  const timeMs = clusterMs + relativeMs;
  // A timestamp may take as many bytes as its size says; past 2^53 two frames could have the same one.
  return Number.isSafeInteger(timeMs) ? { timeMs, keyframe, data } : undefined;
}

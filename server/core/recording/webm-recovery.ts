/**
 * The frames of a WebM file that was cut off anywhere: by a crash, a full disk, a power cut.
 *
 * Such a file has wrong sizes where they are filled in last, those of its segment and clusters, and no cues. So their
 * sizes are not looked at: what is in them stands one after the other, and is read up to the first thing that is not whole
 * or makes no sense. Elements as in RFC 8794, ids as in RFC 9559.
 */

import { readVp8Frame } from '../video/vp8-frame.ts';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
/** What else a recording has at its top: SeekHead, Info, Tracks, Tags, Void, Cues. */
const PASSED_OVER = new Set([0x114d9b74, 0x1549a966, 0x1654ae6b, 0x1254c367, 0xec, 0x1c53bb6b]);
/** A frame is never larger than the JPEG it was made of may be, by much. */
const MAX_ELEMENT_BYTES = 4 * 1024 * 1024;
/** Track number and relative time and flags, before the frame. */
const BLOCK_HEADER_BYTES = 4;

export interface RecoveredFrame {
  /** Since the beginning of the file. */
  timeMs: number;
  keyframe: boolean;
  /** A view of the file's bytes. */
  data: Uint8Array;
}

/** @returns all that is whole, beginning with a keyframe; empty when nothing is */
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

interface Element {
  id: number;
  dataAt: number;
  bytes: number;
}

function readElement(view: DataView, at: number): Element | undefined {
  const idBytes = lengthOf(view, at, 4);
  if (idBytes === undefined) return undefined;
  let id = 0;
  for (let index = 0; index < idBytes; index++) id = id * 256 + view.getUint8(at + index);
  const sizeAt = at + idBytes;
  const sizeBytes = lengthOf(view, sizeAt, 8);
  if (sizeBytes === undefined) return undefined;
  let bytes = view.getUint8(sizeAt) & (0xff >> sizeBytes);
  for (let index = 1; index < sizeBytes; index++) bytes = bytes * 256 + view.getUint8(sizeAt + index);
  return { id, dataAt: sizeAt + sizeBytes, bytes };
}

/** How many bytes the id or size has that begins here: as many as its first byte has leading zeros, and one. */
function lengthOf(view: DataView, at: number, max: number): number | undefined {
  if (at >= view.byteLength) return undefined;
  const bytes = Math.clz32(view.getUint8(at)) - 23;
  return bytes > max || at + bytes > view.byteLength ? undefined : bytes;
}

function readUnsigned(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
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

/**
 * Cameras' JPEGs → JPEGs that every part of the server and every browser shows in the same way.
 *
 * Invariant: the result begins with SOI, ends with its only EOI, has every table that its scans use, and contains no orientation.
 * Bytes before SOI and after EOI are removed: drivers pad, and send earlier content of the buffer. Nothing is copied unless bytes
 * in between must change.
 */

import { STANDARD_HUFFMAN_TABLES } from './huffman-tables.ts';
import { scanJpeg, type JpegSize } from './jpeg-header.ts';

const MARKER = 0xff;
const SOI = 0xd8;
const SOI_BYTES = 2;

export interface CleanJpeg extends JpegSize {
  jpeg: Uint8Array;
  /** Bytes outside SOI … EOI that were left out. */
  trimmedBytes: number;
  /** The standard Huffman tables were inserted. */
  tablesAdded: boolean;
  /** EXIF or XMP was removed: only browsers rotate the picture by its orientation tag. */
  metadataRemoved: boolean;
}

/** @returns the first picture in the bytes, or a few words saying why there is none */
export function cleanJpeg(bytes: Uint8Array): CleanJpeg | string {
  const start = startOfImage(bytes);
  if (start < 0) return bytes.length === 0 ? 'empty' : 'no start-of-image marker';
  const layout = scanJpeg(bytes, start);
  if (typeof layout === 'string') return layout;
  const { width, height, end, lacksHuffmanTables, lacksQuantization, metadata } = layout;
  if (lacksQuantization) return 'no quantization table';
  const changed = lacksHuffmanTables || metadata.length > 0;
  return {
    width,
    height,
    jpeg: changed ? rebuilt(bytes, start, end, metadata, lacksHuffmanTables) : bytes.subarray(start, end),
    trimmedBytes: bytes.length - (end - start),
    tablesAdded: lacksHuffmanTables,
    metadataRemoved: metadata.length > 0,
  };
}

/** The first SOI that another marker follows; of several in a row the last, as some sensors begin twice. @returns -1 for none */
function startOfImage(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(MARKER); at >= 0; at = bytes.indexOf(MARKER, at + 1)) {
    if (bytes[at + 1] !== SOI || bytes[at + 2] !== MARKER) continue;
    if (bytes[at + 3] !== SOI) return at;
  }
  return -1;
}

function rebuilt(
  bytes: Uint8Array,
  start: number,
  end: number,
  metadata: readonly (readonly [number, number])[],
  withTables: boolean,
): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(start, start + SOI_BYTES)];
  if (withTables) parts.push(STANDARD_HUFFMAN_TABLES);
  let at = start + SOI_BYTES;
  for (const [from, to] of metadata) {
    parts.push(bytes.subarray(at, from));
    at = to;
  }
  parts.push(bytes.subarray(at, end));
  const jpeg = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    jpeg.set(part, filled);
    filled += part.length;
  }
  return jpeg;
}

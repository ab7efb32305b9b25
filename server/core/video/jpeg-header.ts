/**
 * Inspects a JPEG before decoding: whether it is one complete baseline picture, and its size (ITU-T T.81, annex B).
 *
 * Invariant: an accepted JPEG begins with SOI, ends with its only EOI, has exactly one frame header and at least one
 * scan, and all segments lie inside it. Never throws, and costs one pass over the 0xFF bytes.
 */

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;
const DNL = 0xdc;
/** Baseline and extended sequential, Huffman coded: what cameras write. */
const SOF0 = 0xc0;
const SOF1 = 0xc1;
const DHT = 0xc4;
const DQT = 0xdb;
const APP1 = 0xe1;
const JPG = 0xc8;
const DAC = 0xcc;
const SOF15 = 0xcf;
/** A sequential picture has at most one scan per component. */
const MAX_SCANS = 4;

/** Table classes and ids of baseline: AC tables count from 16 on. */
const AC = 16;
const TABLE_COUNTS_BYTES = 16;

export interface JpegSize {
  /** Pixels, 1 … 65535. */
  width: number;
  height: number;
}

/** The position of one JPEG in its bytes, and the facts that decide how it is passed on. */
export interface JpegLayout extends JpegSize {
  /** Offset of the first byte behind it. */
  end: number;
  /** A scan uses a Huffman table that no segment before it defines. */
  lacksHuffmanTables: boolean;
  /** A scan begins before any quantization table: no decoder can show it. */
  lacksQuantization: boolean;
  /** APP1 segments (EXIF, XMP), from the marker on to the first byte behind each. */
  metadata: readonly (readonly [start: number, end: number])[];
}

/** @returns the picture's size, or in a few words why these bytes are not one complete baseline JPEG */
export function inspectJpeg(bytes: Uint8Array): JpegSize | string {
  const found = scanJpeg(bytes, 0);
  if (typeof found === 'string') return found;
  if (found.end !== bytes.length) return 'bytes after the end of the picture';
  return { width: found.width, height: found.height };
}

/**
 * Finds the end of the JPEG that begins at `start`, for files of concatenated JPEGs.
 *
 * @returns its size and the offset of the first byte after it, or why there is none
 */
export function scanJpeg(bytes: Uint8Array, start: number): JpegLayout | string {
  if (bytes[start] !== 0xff || bytes[start + 1] !== SOI) return 'no start-of-image marker';
  let size: JpegSize | undefined;
  let scans = 0;
  const huffmanTables = new Set<number>();
  let lacksHuffmanTables = false;
  let hasQuantization = false;
  let lacksQuantization = false;
  const metadata: [number, number][] = [];
  let at = start + 2;
  for (;;) {
    if (scans > 0) at = nextMarker(bytes, at);
    if (at < 0 || at + 1 >= bytes.length) return 'no end-of-image marker';
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return 'a marker is missing';
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI) {
      if (!size) return 'no frame header';
      if (scans === 0) return 'no scan';
      return { ...size, end: at + 2, lacksHuffmanTables, lacksQuantization, metadata };
    }
    if (marker <= TEM || (marker >= 0xd0 && marker <= SOI)) return 'a marker in the wrong place';
    const length = uint16(bytes, at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return 'a segment reaches past the end';
    if (isFrameHeader(marker)) {
      if (size) return 'two frame headers';
      const frame = readFrameHeader(bytes, at, length, marker);
      if (typeof frame === 'string') return frame;
      size = frame;
    } else if (marker === DNL) {
      return 'the height is not in the frame header';
    } else if (marker === DHT) {
      noteHuffmanTables(bytes.subarray(at + 4, at + 2 + length), huffmanTables);
    } else if (marker === DQT) {
      hasQuantization = true;
    } else if (marker === APP1) {
      metadata.push([at, at + 2 + length]);
    } else if (marker === SOS) {
      if (!size) return 'a scan before the frame header';
      if (++scans > MAX_SCANS) return 'too many scans';
      lacksHuffmanTables ||= usesOthers(bytes.subarray(at + 4, at + 2 + length), huffmanTables);
      lacksQuantization ||= !hasQuantization;
    }
    at += 2 + length;
  }
}

function isFrameHeader(marker: number): boolean {
  return marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== JPG && marker !== DAC;
}

function readFrameHeader(bytes: Uint8Array, at: number, length: number, marker: number): JpegSize | string {
  if (marker !== SOF0 && marker !== SOF1) return 'not a baseline JPEG';
  const components = bytes[at + 9] ?? 0;
  if (length < 8 || length !== 8 + 3 * components) return 'a malformed frame header';
  if (bytes[at + 4] !== 8) return 'not 8 bits per sample';
  if (components !== 1 && components !== 3) return 'neither grey nor YCbCr';
  const height = uint16(bytes, at + 5);
  const width = uint16(bytes, at + 7);
  return width > 0 && height > 0 ? { width, height } : 'an empty picture';
}

/** @param payload of a DHT segment: class and id, sixteen counts, as many values, again and again */
function noteHuffmanTables(payload: Uint8Array, tables: Set<number>): void {
  for (let at = 0; at + TABLE_COUNTS_BYTES < payload.length;) {
    const table = payload[at] ?? 0;
    const counts = payload.subarray(at + 1, at + 1 + TABLE_COUNTS_BYTES);
    at += 1 + TABLE_COUNTS_BYTES + counts.reduce((sum, count) => sum + count, 0);
    if (at <= payload.length) tables.add(table);
  }
}

/** @param payload of an SOS segment: for each component its id, then its DC and AC table in one byte */
function usesOthers(payload: Uint8Array, tables: ReadonlySet<number>): boolean {
  const components = payload[0] ?? 0;
  for (let at = 2; at <= 2 * components && at < payload.length; at += 2) {
    const use = payload[at] ?? 0;
    if (!tables.has(use >> 4) || !tables.has(AC + (use & 15))) return true;
  }
  return false;
}

/** Skips entropy-coded data: in it 0xFF is followed by a stuffed zero or is a restart marker. @returns -1 at the end */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return -1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

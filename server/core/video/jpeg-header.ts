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
const JPG = 0xc8;
const DAC = 0xcc;
const SOF15 = 0xcf;
/** A sequential picture has at most one scan per component. */
const MAX_SCANS = 4;

export interface JpegSize {
  /** Pixels, 1 … 65535. */
  width: number;
  height: number;
}

/** @returns the picture's size, or a few words why these bytes are not one complete baseline JPEG */
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
export function scanJpeg(bytes: Uint8Array, start: number): (JpegSize & { end: number }) | string {
  if (bytes[start] !== 0xff || bytes[start + 1] !== SOI) return 'no start-of-image marker';
  let size: JpegSize | undefined;
  let scans = 0;
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
      return scans > 0 ? { ...size, end: at + 2 } : 'no scan';
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
    } else if (marker === SOS) {
      if (!size) return 'a scan before the frame header';
      if (++scans > MAX_SCANS) return 'too many scans';
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

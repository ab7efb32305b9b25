/**
 * A time drawn into a picture and read back from the shown pixels: the true latency between the two.
 *
 * One row of 40 blocks across the bottom of the picture, dark for 0 and light for 1: 32 bits of time, the most
 * significant first, then 8 check bits. Blocks are as wide as possible to survive JPEG and VP8 at 100 kbit/s, and the
 * strip is only 1/60 of the height so that it does not disturb. It scales with the picture, and is read at the size it
 * was drawn in.
 */

const TIME_BITS = 32;
const CHECK_BITS = 8;
const BLOCKS = TIME_BITS + CHECK_BITS;
const UNITS = 2 ** TIME_BITS;
/** Unit of the time: 32 bits of them last 119 hours. */
export const TIME_CODE_UNIT_US = 100;

/** Dark and light grey: less conspicuous and cheaper to encode than black and white. */
const BLACK = 32;
const WHITE = 200;
const THRESHOLD = 116;
/** A block closer to the threshold than this is undefined. */
const MIN_CONTRAST = 24;

export interface Rectangle {
  /** Pixels, whole. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Positions of the blocks in a picture of this size, in the order of their bits. */
export function timeCodeLayout(width: number, height: number): Rectangle[] {
  const blockHeight = Math.max(4, Math.round(height / 60));
  return Array.from({ length: BLOCKS }, (_, index) => {
    const x = Math.floor((index * width) / BLOCKS);
    const end = Math.floor(((index + 1) * width) / BLOCKS);
    return { x, y: height - blockHeight, width: end - x, height: blockHeight };
  });
}

/**
 * @param lumaPlane 8 bits per pixel, written to; the chroma below the strip should be neutral
 * @param timeUs since the Unix epoch
 */
export function drawTimeCode(
  lumaPlane: Uint8Array,
  stride: number,
  width: number,
  height: number,
  timeUs: number,
): void {
  const units = timeCodeOf(timeUs);
  const check = checkOf(units);
  for (const [index, block] of timeCodeLayout(width, height).entries()) {
    const bit = index < TIME_BITS ? units >>> (TIME_BITS - 1 - index) : check >>> (BLOCKS - 1 - index);
    for (let y = block.y; y < block.y + block.height; y++) {
      const start = y * stride + block.x;
      lumaPlane.fill((bit & 1) === 1 ? WHITE : BLACK, start, start + block.width);
    }
  }
}

/**
 * @param lumaAt brightness of a pixel, 0 … 255
 * @returns the time in units of 100 µs, modulo 2^32; undefined without a valid code
 */
export function readTimeCode(
  lumaAt: (x: number, y: number) => number,
  width: number,
  height: number,
): number | undefined {
  let units = 0;
  let check = 0;
  for (const [index, block] of timeCodeLayout(width, height).entries()) {
    const brightness = meanOfMiddle(lumaAt, block) - THRESHOLD;
    if (Math.abs(brightness) < MIN_CONTRAST) return undefined;
    const bit = brightness > 0 ? 1 : 0;
    if (index < TIME_BITS) units = units * 2 + bit;
    else check = check * 2 + bit;
  }
  return check === checkOf(units) ? units : undefined;
}

/** The code of a time: units of 100 µs, modulo 2^32. */
export function timeCodeOf(timeUs: number): number {
  return Math.floor(timeUs / TIME_CODE_UNIT_US) % UNITS;
}

/** @returns µs from the earlier code to the later one, modulo 119 hours: -2^31 … 2^31 - 1 units */
export function timeCodeDifferenceUs(later: number, earlier: number): number {
  return ((later - earlier) | 0) * TIME_CODE_UNIT_US;
}

/** The middle half of a block in both directions, out of reach of its neighbours. */
function meanOfMiddle(lumaAt: (x: number, y: number) => number, block: Rectangle): number {
  const left = block.x + Math.floor(block.width / 4);
  const right = block.x + Math.max(Math.floor(block.width / 4) + 1, Math.ceil((block.width * 3) / 4));
  const top = block.y + Math.floor(block.height / 4);
  const bottom = block.y + Math.ceil((block.height * 3) / 4);
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += lumaAt(x, y);
  return sum / ((bottom - top) * (right - left));
}

/** CRC-8, polynomial 0x07, starting with 0xff so that an all-dark strip is invalid. */
function checkOf(units: number): number {
  let crc = 0xff;
  for (let bit = TIME_BITS - 1; bit >= 0; bit--) {
    const carry = ((crc >>> 7) ^ (units >>> bit)) & 1;
    crc = ((crc << 1) & 0xff) ^ (carry === 1 ? 0x07 : 0);
  }
  return crc;
}

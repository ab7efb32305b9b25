/**
 * A picture as an OV2640 passes it to its JPEG encoder: planar YCbCr 4:2:2, full range, with methods to draw moving
 * things with soft edges. Positions and sizes are in pixels and may be fractional; parts outside are clipped.
 */

export interface YCbCr {
  readonly y: number;
  readonly cb: number;
  readonly cr: number;
}

export interface PixelPosition {
  readonly x: number;
  readonly y: number;
}

/** ITU-T T.871 (JFIF): full range. Components 0 … 255. */
export function toYCbCr(red: number, green: number, blue: number): YCbCr {
  return {
    y: 0.299 * red + 0.587 * green + 0.114 * blue,
    cb: 128 - 0.168736 * red - 0.331264 * green + 0.5 * blue,
    cr: 128 + 0.5 * red - 0.418688 * green - 0.081312 * blue,
  };
}

export class RawPicture {
  readonly width: number;
  readonly height: number;
  /** The three planes one after the other, without gaps. */
  readonly bytes: Buffer;
  readonly luma: Uint8ClampedArray;
  /** Half as wide as the luma. */
  readonly cb: Uint8ClampedArray;
  readonly cr: Uint8ClampedArray;

  /** @param width even */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    const pixels = width * height;
    const memory = new ArrayBuffer(2 * pixels);
    this.bytes = Buffer.from(memory);
    this.luma = new Uint8ClampedArray(memory, 0, pixels);
    this.cb = new Uint8ClampedArray(memory, pixels, pixels / 2);
    this.cr = new Uint8ClampedArray(memory, pixels * 1.5, pixels / 2);
  }

  copyFrom(other: RawPicture): void {
    this.bytes.set(other.bytes);
  }

  /** Mirrors or flips the uppermost `rows` as a sensor does: left for right, top for bottom. */
  turn(rows: number, { mirror, flip }: { mirror: boolean; flip: boolean }): void {
    for (const [plane, width] of [
      [this.luma, this.width],
      [this.cb, this.width / 2],
      [this.cr, this.width / 2],
    ] as const) {
      const part = plane.subarray(0, rows * width);
      // Reversing the bytes does both at once.
      if (mirror && flip) part.reverse();
      else if (mirror)
        for (let row = 0; row < rows; row++) part.subarray(row * width, (row + 1) * width).reverse();
      else if (flip) {
        part.reverse();
        for (let row = 0; row < rows; row++) part.subarray(row * width, (row + 1) * width).reverse();
      }
    }
  }

  /** @param alpha 0 (unchanged) … 1 */
  blend(x: number, y: number, color: YCbCr, alpha: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = y * this.width + x;
    const luma = this.luma[at] ?? 0;
    this.luma[at] = luma + (color.y - luma) * alpha;
    if ((x & 1) === 1) return;
    const half = at >> 1;
    const cb = this.cb[half] ?? 0;
    const cr = this.cr[half] ?? 0;
    this.cb[half] = cb + (color.cb - cb) * alpha;
    this.cr[half] = cr + (color.cr - cr) * alpha;
  }

  /** Adds light to the existing pixel. */
  lighten(x: number, y: number, amount: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = y * this.width + x;
    this.luma[at] = (this.luma[at] ?? 0) + amount;
  }

  /** One row from `left` to `right`; its ends cover their pixels in part. */
  fillSpan(y: number, left: number, right: number, color: YCbCr, alpha = 1): void {
    const first = Math.floor(left);
    const last = Math.ceil(right) - 1;
    for (let x = first; x <= last; x++) {
      const coverage = Math.min(x + 1, right) - Math.max(x, left);
      if (coverage > 0) this.blend(x, y, color, alpha * coverage);
    }
  }

  /** @param corners of a convex shape, in order */
  fillConvex(corners: readonly PixelPosition[], color: YCbCr, alpha = 1): void {
    const top = Math.floor(Math.min(...corners.map(({ y }) => y)));
    const bottom = Math.ceil(Math.max(...corners.map(({ y }) => y)));
    for (let row = top; row < bottom; row++) {
      const middle = row + 0.5;
      let left = Infinity;
      let right = -Infinity;
      for (const [index, from] of corners.entries()) {
        const to = corners[(index + 1) % corners.length] ?? from;
        if (from.y <= middle === to.y <= middle) continue;
        const x = from.x + ((middle - from.y) / (to.y - from.y)) * (to.x - from.x);
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
      if (right > left) this.fillSpan(row, left, right, color, alpha);
    }
  }
}

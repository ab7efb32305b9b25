/** A camera's picture for motion detection: luma only, at an eighth of its size, one cell for each 8 × 8 block. */
export interface LumaFrame {
  readonly cameraId: string;
  /** Cells, not pixels: a VGA picture has 80 × 60. */
  readonly width: number;
  readonly height: number;
  /** `width * height` values of 0 … 255, row by row from the top. */
  readonly luma: Uint8Array;
  /** Server clock, µs since the Unix epoch. */
  readonly captureUs: number;
}

/** Size of a cell's block in pixels, which a JPEG's DC coefficients yield without further decoding. */
export const LUMA_SCALE = 8;

/** Number of cells of a picture's luma, including blocks cut off at the right or the bottom. */
export function lumaCells(width: number, height: number): { columns: number; rows: number } {
  return { columns: Math.ceil(width / LUMA_SCALE), rows: Math.ceil(height / LUMA_SCALE) };
}

/**
 * Bitrate of a camera’s picture by its size and frame rate: 0.95 Mbit/s for VGA at 25 fps, less per pixel for larger
 * pictures and more per frame for slower cameras, because neighbouring frames then differ more.
 */

const VGA_PIXELS = 640 * 480;
const VGA_25_BPS = 950_000;
const MIN_BPS = 100_000;
const MAX_BPS = 6_000_000;

/** @returns bits per second, rounded to 10 kbit/s */
export function videoBitrateBps(width: number, height: number, fps: number): number {
  const bps = VGA_25_BPS * ((width * height) / VGA_PIXELS) ** 0.75 * (fps / 25) ** 0.5;
  return Math.round(Math.min(MAX_BPS, Math.max(MIN_BPS, bps)) / 10_000) * 10_000;
}

/**
 * Cleans a camera's JPEG and checks it against the camera's limits before anything else reads it. The same for both
 * protocols.
 */

import { cleanJpeg, type CleanJpeg } from '../core/video/clean-jpeg.ts';
import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import {
  MAX_FRAME_HEIGHT,
  MAX_FRAME_WIDTH,
  MAX_JPEG_BYTES,
  MAX_LARGE_FRAME_HEIGHT,
  MAX_LARGE_FRAME_WIDTH,
  MAX_LARGE_JPEG_BYTES,
} from '../wire/camera-protocol.ts';

/** The cameras' limits; asked only about a frame that exceeds the usual ones. */
export type AllowsLargePictures = () => boolean;

export type CheckedPicture =
  { verdict: 'good'; picture: CleanJpeg } | ({ verdict: 'refused' } & FrameRefusal<'damaged' | 'tooLarge'>);

/** A picture may be in portrait format. */
interface Limits {
  longSide: number;
  shortSide: number;
  jpegBytes: number;
}

const USUAL: Limits = {
  longSide: MAX_FRAME_WIDTH,
  shortSide: MAX_FRAME_HEIGHT,
  jpegBytes: MAX_JPEG_BYTES,
};
const LARGE: Limits = {
  longSide: MAX_LARGE_FRAME_WIDTH,
  shortSide: MAX_LARGE_FRAME_HEIGHT,
  jpegBytes: MAX_LARGE_JPEG_BYTES,
};

export function checkPicture(bytes: Uint8Array, allowsLargePictures: AllowsLargePictures): CheckedPicture {
  const picture = cleanJpeg(bytes);
  if (typeof picture === 'string') return { verdict: 'refused', kind: 'damaged', detail: picture };
  let excess = excessOf(picture, USUAL);
  if (excess && allowsLargePictures()) excess = excessOf(picture, LARGE);
  return excess ? { verdict: 'refused', kind: 'tooLarge', detail: excess } : { verdict: 'good', picture };
}

/** @returns how a picture exceeds the limits, in words; undefined when it is within them */
function excessOf({ width, height, jpeg }: CleanJpeg, limits: Limits): string | undefined {
  const { longSide, shortSide, jpegBytes } = limits;
  if (Math.max(width, height) > longSide || Math.min(width, height) > shortSide)
    return `${width}×${height} pixels, more than ${longSide}×${shortSide}`;
  if (jpeg.length > jpegBytes) return `${kib(jpeg.length)} KiB, more than ${kib(jpegBytes)} KiB`;
  return undefined;
}

function kib(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

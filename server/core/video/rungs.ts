/**
 * The rungs of a camera: the sizes in which its picture is encoded, each only while a subscriber gets it.
 *
 * Invariants: every rung has the camera's shape, as near as even sides allow, is clearly smaller than the camera and
 * than the rung before it, and costs fewer bits. A small camera has fewer rungs; `full` is always there.
 */

import type { PictureSize } from './codec-quarantine.ts';
import { videoBitrateBps } from './video-bitrate.ts';

/** Best first. */
export const RUNG_NAMES = ['full', 'large', 'small', 'tiny'] as const;

export type RungName = (typeof RUNG_NAMES)[number];

export interface Rung {
  readonly name: RungName;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The encoder's target where nothing limits it. */
  readonly bitrateBps: number;
  /** Minimum of the target for subscribers other than these viewers, such as a recording; absent if there are none. */
  readonly heldBps?: number;
}

/** Area as of 480×360, 320×240, 160×120, and the bits that it takes at 25 frames a second. */
const SCALED = {
  large: { pixels: 480 * 360, bitrateBps: 450_000 },
  small: { pixels: 320 * 240, bitrateBps: 180_000 },
  tiny: { pixels: 160 * 120, bitrateBps: 40_000 },
} as const;

/** A rung with more of the camera's pixels would save too little. */
const MAX_SHARE = 0.75;
/** Size of a macroblock: a narrower picture is not worth an encoder. */
const MIN_SIDE = 16;
const ASSUMED_SIZE: PictureSize = { width: 640, height: 480 };
const MIN_BPS = 10_000;
const BPS_STEP = 1_000;

/**
 * @param width of the camera's pictures, pixels
 * @param height of the camera's pictures, pixels
 * @param fps of the camera
 * @param recordedBps minimum bitrate of `full` that recordings need, bits per second; 0: none
 * @returns best first; the first is `full`
 */
export function rungsOf(width: number, height: number, fps: number, recordedBps = 0): Rung[] {
  return RUNG_NAMES.flatMap((name) => {
    const size = scaledSize(name, { width, height });
    if (!size) return [];
    const bitrateBps = rungBitrateBps(name, size, fps);
    if (name !== 'full' || recordedBps === 0) return [{ name, ...size, bitrateBps }];
    return [{ name, ...size, bitrateBps: Math.max(bitrateBps, recordedBps), heldBps: recordedBps }];
  });
}

/**
 * @param size of the camera's newest picture; undefined: none has arrived
 * @returns the rungs that can be subscribed, best first; without a picture only `full`, with an assumed size
 */
export function offeredRungs(size: PictureSize | undefined, fps: number, recordedBps?: number): Rung[] {
  const { width, height } = size ?? ASSUMED_SIZE;
  const rungs = rungsOf(width, height, fps, recordedBps);
  return size ? rungs : rungs.slice(0, 1);
}

/** @param byOthersBps the highest bitrate that others can receive, bits per second; undefined: no others subscribe to it */
export function heldRung(rung: Rung, byOthersBps: number | undefined): Rung {
  if (byOthersBps === undefined) return rung;
  return { ...rung, heldBps: Math.max(rung.heldBps ?? 0, Math.min(rung.bitrateBps, byOthersBps)) };
}

/** @returns the camera's own size for a rung that it does not have: a picture is never enlarged */
export function rungSize(name: RungName, camera: PictureSize): PictureSize {
  return scaledSize(name, camera) ?? { width: camera.width, height: camera.height };
}

/** @returns bits per second at which this rung is encoded where nothing limits it */
export function rungBitrateBps(name: RungName, { width, height }: PictureSize, fps: number): number {
  if (name === 'full') return videoBitrateBps(width, height, fps);
  // As with the full picture: the pictures of a slower camera differ more.
  const bps = SCALED[name].bitrateBps * (fps / 25) ** 0.5;
  return Math.max(MIN_BPS, Math.round(bps / BPS_STEP) * BPS_STEP);
}

function scaledSize(name: RungName, { width, height }: PictureSize): PictureSize | undefined {
  if (name === 'full') return { width, height };
  const { pixels } = SCALED[name];
  if (pixels > MAX_SHARE * width * height) return undefined;
  const scale = Math.sqrt(pixels / (width * height));
  const size = { width: even(width * scale), height: even(height * scale) };
  return Math.min(size.width, size.height) < MIN_SIDE ? undefined : size;
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2);
}

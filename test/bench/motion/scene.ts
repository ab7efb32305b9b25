/**
 * Scenes for motion: real pictures as full-size luma, with the effects of light, lamps, sensors and weather.
 *
 * Every disturbance is a function of the scene's time, deterministic by seed, and works on the full 640 × 480 luma in
 * the order of the light's path: scene, exposure, lamp, rain, sensor noise. The eighth-size picture is made from that
 * last.
 */

import { LUMA_SCALE, type LumaFrame } from '../../../server/core/video/luma-frame.ts';
import { randomSequence } from '../../../server/virtual-camera/scene-palette.ts';

export interface Picture {
  /** Pixels. */
  width: number;
  height: number;
  /** Full range, `width * height` values. */
  luma: Uint8Array;
}

/** Changes a picture in place. Values may leave 0 … 255 and are clipped at the end. */
export type Disturbance = (pixels: Float32Array, picture: Picture, timeMs: number) => void;

const GAMMA = 2.2;

/** Exposure or gain: `gain(timeMs)` times the light, through a camera's gamma. */
export function exposure(gain: (timeMs: number) => number): Disturbance {
  return (pixels, _, timeMs) => {
    const factor = gain(timeMs) ** (1 / GAMMA);
    for (let index = 0; index < pixels.length; index++) pixels[index] = (pixels[index] ?? 0) * factor;
  };
}

/** A lamp on 50 Hz mains under a rolling shutter: the light swings at 100 Hz, each row is exposed a little later. */
export function lampFlicker(depth: number): Disturbance {
  const rowMs = 0.06;
  return (pixels, { width, height }, timeMs) => {
    for (let row = 0; row < height; row++) {
      // Half a percent off the mains' frequency, so that the bands drift.
      const phase = 2 * Math.PI * 0.1 * (timeMs * 1.005 + row * rowMs);
      const factor = (1 + depth * Math.sin(phase)) ** (1 / GAMMA);
      for (let index = row * width; index < (row + 1) * width; index++)
        pixels[index] = (pixels[index] ?? 0) * factor;
    }
  };
}

/** Bright streaks at other positions in each picture. */
export function rain(streaks: number, seed: number): Disturbance {
  const random = randomSequence(seed);
  return (pixels, { width, height }) => {
    for (let streak = 0; streak < streaks; streak++) {
      const left = Math.floor(random() * (width - 3));
      const top = Math.floor(random() * (height - 40));
      const length = 12 + Math.floor(random() * 28);
      const light = 25 + random() * 60;
      for (let row = top; row < top + length; row++) {
        for (let column = left; column < left + 2; column++) {
          const index = row * width + column;
          pixels[index] = (pixels[index] ?? 0) + light;
        }
      }
    }
  };
}

/** Gaussian noise of a pixel, in luma steps; the same table read from another offset for each picture. */
export function sensorNoise(deviation: number | ((timeMs: number) => number), seed: number): Disturbance {
  const random = randomSequence(seed);
  const table = Float32Array.from({ length: 1_000_003 }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
  const deviationAt = typeof deviation === 'number' ? () => deviation : deviation;
  return (pixels, _, timeMs) => {
    const steps = deviationAt(timeMs);
    let at = Math.floor(random() * table.length);
    for (let index = 0; index < pixels.length; index++) {
      pixels[index] = (pixels[index] ?? 0) + steps * (table[at] ?? 0);
      if (++at === table.length) at = 0;
    }
  };
}

/** The picture with all disturbances, at an eighth of its size. */
export function lumaFrame(picture: Picture, disturbances: readonly Disturbance[], timeMs: number): LumaFrame {
  const pixels = Float32Array.from(picture.luma);
  for (const disturb of disturbances) disturb(pixels, picture, timeMs);
  const width = Math.ceil(picture.width / LUMA_SCALE);
  const height = Math.ceil(picture.height / LUMA_SCALE);
  const luma = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++)
      luma[row * width + column] = blockMean(pixels, picture, row * LUMA_SCALE, column * LUMA_SCALE);
  }
  return { cameraId: 'scene', width, height, luma, captureUs: timeMs * 1000 };
}

function blockMean(pixels: Float32Array, { width, height }: Picture, top: number, left: number): number {
  const bottom = Math.min(height, top + LUMA_SCALE);
  const right = Math.min(width, left + LUMA_SCALE);
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++)
      sum += Math.min(255, Math.max(0, Math.round(pixels[row * width + column] ?? 0)));
  }
  return Math.round(sum / ((bottom - top) * (right - left)));
}

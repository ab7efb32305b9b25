/** Views for motion tests: a textured wall of any size, with objects in front of it, in cells. */

import type { LumaFrame } from '../../server/core/video/luma-frame.ts';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';

export interface Thing {
  left: number;
  top: number;
  width: number;
  height: number;
  luma: number;
}

export const VIEW_WIDTH = 80;
export const VIEW_HEIGHT = 60;

/** A wall of every brightness from 30 to 190, the same each time. */
export function wall(): Uint8Array {
  const random = randomSequence(7);
  return Uint8Array.from({ length: VIEW_WIDTH * VIEW_HEIGHT }, () => 30 + Math.floor(random() * 160));
}

/** @param light maps a cell's luma: exposure, flicker, noise */
export function view(
  timeMs: number,
  things: readonly Thing[] = [],
  light: (luma: number, row: number) => number = (luma) => luma,
): LumaFrame {
  const luma = wall();
  for (const { left, top, width, height, luma: value } of things) {
    for (let row = Math.max(0, top); row < Math.min(VIEW_HEIGHT, top + height); row++)
      luma.fill(
        value,
        row * VIEW_WIDTH + Math.max(0, left),
        row * VIEW_WIDTH + Math.max(0, Math.min(VIEW_WIDTH, left + width)),
      );
  }
  for (let cell = 0; cell < luma.length; cell++) {
    const lit = light(luma[cell] ?? 0, Math.floor(cell / VIEW_WIDTH));
    luma[cell] = Math.min(255, Math.max(0, Math.round(lit)));
  }
  return { cameraId: 'cam_1', width: VIEW_WIDTH, height: VIEW_HEIGHT, luma, captureUs: timeMs * 1000 };
}

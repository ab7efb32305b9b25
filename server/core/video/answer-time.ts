/** How long a codec process may take over one picture before it counts as hung. */

import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH } from '../../wire/camera-protocol.ts';
import type { JpegSize } from './jpeg-header.ts';

const USUAL_PIXELS = MAX_FRAME_WIDTH * MAX_FRAME_HEIGHT;

/** @param usualMs for any picture of up to the default limits; a larger one gets proportionally more time */
export function answerTimeMs(usualMs: number, { width, height }: JpegSize): number {
  return usualMs * Math.max(1, (width * height) / USUAL_PIXELS);
}

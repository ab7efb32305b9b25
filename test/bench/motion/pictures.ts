/** JPEGs as full-range luma, for scenes made of them. */

import { JpegDecoder } from '../../../server/video/jpeg-decoder.ts';
import type { Picture } from './scene.ts';

/** @throws Error when a file is not a JPEG */
export function lumaPictures(jpegs: readonly Buffer[]): Picture[] {
  const decoder = new JpegDecoder();
  try {
    return jpegs.map((jpeg) => {
      const { width, height, data, linesize } = decoder.decode(jpeg);
      const plane = data?.[0];
      const stride = linesize[0];
      if (!plane || stride === undefined) throw new Error('the decoder gave no luma');
      const luma = new Uint8Array(width * height);
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++)
          luma[row * width + column] = fullRange(plane[row * stride + column] ?? 0);
      }
      return { width, height, luma };
    });
  } finally {
    decoder.close();
  }
}

/** 16 … 235 → 0 … 255. */
function fullRange(value: number): number {
  return Math.min(255, Math.max(0, Math.round(((value - 16) * 255) / 219)));
}

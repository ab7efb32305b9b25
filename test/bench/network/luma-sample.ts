/** Takes the brightness of the picture that a page shows, with its time code, to be compared with the camera's own. */

import type { Viewer } from './viewer.ts';

export interface LumaSample {
  /** Units of 100 µs modulo 2^32. */
  code: number;
  /** One byte a pixel, in base64. */
  luma: string;
}

/** @returns undefined when no code is readable */
export function sampleLuma(viewer: Viewer): Promise<LumaSample | undefined> {
  return viewer.evaluate(() => {
    const video = window.watchedVideos?.[0];
    if (!video) return undefined;
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    context.drawImage(video, 0, 0);
    const code = window.readTimeCodeOf(canvas, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    if (code === undefined) return undefined;
    let text = '';
    for (let i = 0; i < data.length; i += 4)
      text += String.fromCodePoint(
        Math.round(0.299 * (data[i] ?? 0) + 0.587 * (data[i + 1] ?? 0) + 0.114 * (data[i + 2] ?? 0)),
      );
    return { code, luma: btoa(text) };
  });
}

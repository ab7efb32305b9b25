/**
 * Runs in the page: records, for each picture shown, when it was shown and the time code in its pixels. A video and an
 * image are timed alike, at the rendering step in which they first appear.
 */

import type { Page } from 'playwright-core';
import { timeCodeDifferenceUs, timeCodeOf } from '../../server/wire/time-code.ts';

export interface ShownFrame {
  /** From the time in the picture to the moment it was shown, in ms. */
  latencyMs: number;
  /** For a video frame: RTP timestamp, arrival of its last packet, and decoding time, as Chromium reports them. */
  rtpTimestamp?: number;
  receivedMs?: number;
  decodeMs?: number;
  shownMs: number;
}

interface RawFrame extends Omit<ShownFrame, 'latencyMs'> {
  code: number;
}

declare global {
  interface Window {
    shownFrames: RawFrame[] | undefined;
    bytesReceived: number;
  }
}

/** Finds the first <video>, also inside shadow roots, or the first <img>, and watches it. */
export async function watchPictures(page: Page): Promise<void> {
  await page.evaluate(() => {
    // A video element is used for many turns; it is watched once.
    if (window.shownFrames) return;
    const frames: RawFrame[] = (window.shownFrames = []);
    const find = (root: Document | ShadowRoot): HTMLVideoElement | HTMLImageElement | undefined => {
      for (const element of root.querySelectorAll('*')) {
        if (element instanceof HTMLVideoElement && element.videoWidth > 0) return element;
        if (element instanceof HTMLImageElement && element.id === 'picture') return element;
        const inside = element.shadowRoot && find(element.shadowRoot);
        if (inside) return inside;
      }
      return undefined;
    };
    const picture = find(document);
    if (!picture) throw new Error('the page shows no picture');
    if (picture instanceof HTMLVideoElement) {
      const onFrame = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
        const shownMs = performance.timeOrigin + performance.now();
        picture.requestVideoFrameCallback(onFrame);
        const code = window.readTimeCodeOf(picture, picture.videoWidth, picture.videoHeight);
        if (code === undefined) return;
        const { rtpTimestamp = 0, receiveTime = 0, processingDuration = 0 } = metadata;
        frames.push({
          code,
          shownMs,
          rtpTimestamp,
          receivedMs: performance.timeOrigin + receiveTime,
          decodeMs: processingDuration * 1000,
        });
      };
      picture.requestVideoFrameCallback(onFrame);
    } else {
      picture.addEventListener('load', () => {
        requestAnimationFrame(() => {
          const shownMs = performance.timeOrigin + performance.now();
          const code = window.readTimeCodeOf(picture, picture.naturalWidth, picture.naturalHeight);
          if (code !== undefined) frames.push({ code, shownMs });
        });
      });
    }
  });
}

/** @returns the pictures shown since the last call */
export async function takeShownFrames(page: Page): Promise<ShownFrame[]> {
  const frames = await page.evaluate(() => window.shownFrames?.splice(0) ?? []);
  return frames.map(({ code, ...frame }) => ({
    ...frame,
    latencyMs: timeCodeDifferenceUs(timeCodeOf(frame.shownMs * 1000), code) / 1000,
  }));
}

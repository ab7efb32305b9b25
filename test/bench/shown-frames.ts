/**
 * Runs in the page: records, for each picture shown, when it was shown and the time code in its pixels. A video and an
 * image are timed alike, at the rendering step in which they first appear.
 */

import { timeCodeDifferenceUs, timeCodeOf } from '../../server/wire/time-code.ts';

export interface ShownFrame {
  /** From the time in the picture to the moment it was shown, in ms. */
  latencyMs: number;
  /** For a video frame: RTP timestamp, arrival of its last packet, and decoding time, as Chromium reports them. */
  rtpTimestamp?: number;
  receivedMs?: number;
  decodeMs?: number;
  shownMs: number;
  /** Index of the video among several in a page: from 0, in the order in which they were found. */
  source?: number;
}

interface RawFrame extends Omit<ShownFrame, 'latencyMs'> {
  code: number;
}

/** A page of Chromium or Firefox. */
interface PageWithPictures {
  evaluate: <R>(run: () => R) => Promise<Awaited<R>>;
}

declare global {
  interface Window {
    shownFrames: RawFrame[] | undefined;
    watchedVideos: HTMLVideoElement[] | undefined;
    bytesReceived: number;
  }
}

/**
 * Finds every <video>, also inside shadow roots, or the first <img>, and watches it from now on.
 *
 * @returns how many videos are watched
 */
export function watchPictures(page: PageWithPictures): Promise<number> {
  return page.evaluate(() => {
    const isFirst = window.shownFrames === undefined;
    const frames: RawFrame[] = (window.shownFrames ??= []);
    // A video element is used for many turns; it is watched once.
    const videos: HTMLVideoElement[] = (window.watchedVideos ??= []);
    const images: HTMLImageElement[] = [];
    const find = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element instanceof HTMLVideoElement && element.videoWidth > 0 && !videos.includes(element))
          watchVideo(element, videos.push(element) - 1);
        if (element instanceof HTMLImageElement && element.id === 'picture') images.push(element);
        if (element.shadowRoot) find(element.shadowRoot);
      }
    };
    // The strip of the time code is read at the size it was drawn in: small rungs are enlarged.
    // oxlint-disable-next-line unicorn/consistent-function-scoping -- it goes to the page as text
    const readCode = (video: HTMLVideoElement): number | undefined => {
      const { videoWidth, videoHeight } = video;
      const times = videoWidth < 320 ? 4 : 1;
      if (times === 1) return window.readTimeCodeOf(video, videoWidth, videoHeight);
      const canvas = new OffscreenCanvas(times * videoWidth, times * videoHeight);
      canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
      return window.readTimeCodeOf(canvas, canvas.width, canvas.height);
    };
    const watchVideo = (video: HTMLVideoElement, source: number): void => {
      const onFrame = (_now: number, metadata: VideoFrameCallbackMetadata): void => {
        const shownMs = performance.timeOrigin + performance.now();
        video.requestVideoFrameCallback(onFrame);
        const code = readCode(video);
        if (code === undefined) return;
        const { rtpTimestamp = 0, receiveTime = 0, processingDuration = 0 } = metadata;
        frames.push({
          code,
          shownMs,
          source,
          rtpTimestamp,
          receivedMs: performance.timeOrigin + receiveTime,
          decodeMs: processingDuration * 1000,
        });
      };
      video.requestVideoFrameCallback(onFrame);
    };
    const watchImage = (image: HTMLImageElement): void => {
      image.addEventListener('load', () => {
        requestAnimationFrame(() => {
          const shownMs = performance.timeOrigin + performance.now();
          const code = window.readTimeCodeOf(image, image.naturalWidth, image.naturalHeight);
          if (code !== undefined) frames.push({ code, shownMs });
        });
      });
    };
    find(document);
    const [image] = images;
    if (videos.length === 0 && !image) {
      window.shownFrames = undefined;
      throw new Error('the page shows no picture');
    }
    if (videos.length === 0 && image && isFirst) watchImage(image);
    return videos.length;
  });
}

/** @returns the pictures shown since the last call */
export async function takeShownFrames(page: PageWithPictures): Promise<ShownFrame[]> {
  const frames = await page.evaluate(() => window.shownFrames?.splice(0) ?? []);
  return frames.map(({ code, ...frame }) => ({
    ...frame,
    latencyMs: timeCodeDifferenceUs(timeCodeOf(frame.shownMs * 1000), code) / 1000,
  }));
}

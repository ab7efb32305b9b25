/** The parts of a browser that single pictures (client/live/picture-stream.ts) need. */

import type { TestContext } from 'node:test';

export function drawsPictures(context: TestContext): void {
  const canvas = {
    getContext: () => ({ drawImage: () => undefined }),
    captureStream: () => ({ getVideoTracks: () => [{ stop: () => undefined }] }),
  };
  const page = globalThis as Record<string, unknown>;
  page['document'] = { createElement: () => canvas };
  page['createImageBitmap'] = async () => ({ width: 8, height: 8, close: () => undefined });
  context.after(() => {
    delete page['document'];
    delete page['createImageBitmap'];
  });
}

/** The thread behind thumbnails.ts: one JPEG in, a smaller one out. jimp takes 40 ms for a VGA picture, so not on the main thread. */

import { parentPort } from 'node:worker_threads';
import { Jimp } from 'jimp';

export interface ThumbnailJob {
  jpeg: Uint8Array;
  /** Pixels; the height follows from the shape of the picture. */
  width: number;
}

export type ThumbnailResult = { jpeg: Uint8Array } | { error: string };

/** jimp's JPEG scale, 1 … 100. */
const QUALITY = 75;
/** The largest picture a camera may send takes about 100. */
const MAX_DECODER_MB = 256;

const port = parentPort;
if (!port) throw new Error('this file is a worker thread');

port.on('message', ({ jpeg, width }: ThumbnailJob) => {
  void shrink(jpeg, width).then((result) => port.postMessage(result));
});

async function shrink(jpeg: Uint8Array, width: number): Promise<ThumbnailResult> {
  try {
    const picture = await Jimp.fromBuffer(Buffer.from(jpeg), {
      'image/jpeg': { maxMemoryUsageInMB: MAX_DECODER_MB },
    });
    return { jpeg: await picture.resize({ w: width }).getBuffer('image/jpeg', { quality: QUALITY }) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'unknown error' };
  }
}

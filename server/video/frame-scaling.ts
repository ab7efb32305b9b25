/**
 * One camera picture → a smaller JPEG, by a codec process: camera pictures are decoded nowhere else.
 *
 * Invariant: the promise settles, at the latest after the timeout, and the seat in the pool is released then.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import { LUMA_REQUEST, scaleRequest, type CodecRequest } from './codec-messages.ts';
import type { CodecPool } from './codec-pool.ts';

/** Time for a free process and the picture together; a picture of a full sensor takes a twentieth of a second. */
const TIMEOUT_MS = 5_000;

/** @throws Error whose message says why it failed */
export function scaleFrame(pool: CodecPool, frame: CameraFrame, width: number): Promise<Uint8Array> {
  return askOnce(pool, frame, scaleRequest(width));
}

/**
 * Resolves when the decoder accepts the picture. The reduced decode reads every coefficient, so it refuses the same pictures as a
 * full one.
 *
 * @throws Error whose message says why it does not, or why there is no verdict
 */
export async function checkFrame(pool: CodecPool, frame: CameraFrame): Promise<void> {
  await askOnce(pool, frame, LUMA_REQUEST);
}

function askOnce(pool: CodecPool, frame: CameraFrame, request: CodecRequest): Promise<Uint8Array> {
  const { cameraId } = frame;
  pool.onPicture(cameraId, frame);
  if (pool.isAside(cameraId))
    return Promise.reject(new Error('pictures of this camera keep ending codec processes'));
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const ask = (): void => {
    if (seat.ready) seat.ask(request, frame);
  };
  const end = (): void => {
    clearTimeout(timer);
    seat.close();
  };
  const fail = (reason: string): void => {
    end();
    reject(new Error(reason));
  };
  const seat = pool.open(cameraId, {
    onReady: ask,
    onAnswer: (_reply, data) => {
      end();
      // The codec reuses its buffer; this is kept.
      resolve(Uint8Array.from(data));
    },
    onRejected: (reason) => fail(reason),
    onLost: (culprit) => {
      if (culprit) fail('its codec process ended');
    },
  });
  const timer = setTimeout(() => fail('no codec process answered in time'), TIMEOUT_MS).unref();
  ask();
  return promise;
}

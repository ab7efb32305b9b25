/** GET /api/cameras/:cameraId/snapshot.jpg: the newest frame unmodified, or scaled down with `?width=320`. */

import { Router } from 'express';
import { serverClock } from '../core/clock.ts';
import { unmappedTime, type Dates } from '../core/site-clock.ts';
import { assertSwitchedOn, type CameraFrame, type CameraFrames } from '../core/video/camera-frame.ts';
import { VigieError } from '../errors.ts';
import type { Guard } from '../accounts/guard.ts';
import type { Identity } from '../accounts/sessions.ts';
import { serve } from '../http/serve.ts';
import type { Thumbnails } from './thumbnails.ts';
import { UserShares } from '../http/user-shares.ts';

/**
 * Requests that wait for one; a page with a grid of cameras asks for many at once. Several may wait for the same thumbnail.
 */
export const THUMBNAIL_SHARES = { total: 64, perUser: 24 };

/** The newest frames. */
export interface Snapshots extends Pick<CameraFrames, 'isOff'> {
  /** @returns the newest frame, whether a decoder accepts it or not */
  latest(cameraId: string): CameraFrame | undefined;
  /** @returns the newest that a decoder accepts */
  sound(cameraId: string): Promise<CameraFrame | undefined>;
}

export function snapshotRoutes(
  snapshots: Snapshots,
  thumbnails: Thumbnails,
  guard: Guard,
  dates: Dates = unmappedTime(),
): Router {
  const router = Router();
  const thumbnailShares = new UserShares({
    ...THUMBNAIL_SHARES,
    refusal: 'your other thumbnails are still being made; ask for fewer at once',
  });
  serve(
    router,
    'GET /api/cameras/:cameraId/snapshot.jpg',
    async ({ request, response, params: { cameraId }, readQuery }) => {
      // Again after each wait.
      const check = (): Identity => {
        const who = guard.mediaViewerOf(request, 'live', cameraId);
        assertSwitchedOn(snapshots, cameraId);
        return who;
      };
      const { userId } = check();
      const { width } = readQuery();
      if (!snapshots.latest(cameraId))
        throw new VigieError('cameraOffline', 'no picture of this camera has come since the server started');
      const frame = await snapshots.sound(cameraId);
      check();
      if (!frame)
        throw new VigieError(
          'unavailable',
          'no picture of this camera can be decoded; try again in a moment',
        );
      // The next request may find a newer frame, or come from a user without the right; an unchanged frame need not be
      // sent twice.
      response.setHeader('Cache-Control', 'private, no-cache');
      response.setHeader('ETag', `"${frame.receivedUs}-${width ?? 'full'}"`);
      response.setHeader('Last-Modified', new Date(dates.dateMs(frame.receivedUs)).toUTCString());
      response.setHeader('X-Timestamp', (dates.dateMs(frame.captureUs) / 1000).toFixed(6));
      response.setHeader('Age', Math.max(0, Math.floor((serverClock() - frame.receivedUs) / 1_000_000)));
      response.type('jpeg');
      if (request.fresh) {
        response.status(304).end();
        return;
      }
      let { jpeg } = frame;
      if (width !== undefined && width < frame.width) {
        response.once('close', thumbnailShares.enter(userId, response));
        jpeg = await thumbnails.of(frame, width, userId);
        check();
      }
      response.send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength));
    },
  );
  return router;
}

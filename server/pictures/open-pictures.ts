/** Opens the JPEG side of pictures: thumbnails and MJPEG streams. */

import type { Capacity } from '../core/capacity.ts';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrame, CameraFrames } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';
import { MjpegStreams } from './mjpeg-streams.ts';
import type { Snapshots } from './snapshot-routes.ts';
import { Thumbnails, type FrameScaler } from './thumbnails.ts';

export interface OpenPicturesOptions {
  frames: CameraFrames;
  decoder: FrameScaler & {
    /** The newest picture that a decoder accepts. */
    soundFrame(cameraId: string): Promise<CameraFrame | undefined>;
  };
  capacity: Capacity;
  log: Log;
  /** Turns the server time of a picture into a date. */
  dates: Dates;
}

export interface Pictures {
  /** The newest frame of each camera, and those that follow. */
  frames: CameraFrames & Snapshots;
  thumbnails: Thumbnails;
  mjpeg: MjpegStreams;
  close(): void;
}

export function openPictures(options: OpenPicturesOptions): Pictures {
  const { frames, decoder, log } = options;
  const thumbnails = new Thumbnails(decoder, log);
  const mjpeg = new MjpegStreams(options);
  return {
    frames: {
      latest: (cameraId) => frames.latest(cameraId),
      isOff: (cameraId) => frames.isOff?.(cameraId) ?? false,
      subscribe: (...subscribed) => frames.subscribe(...subscribed),
      sound: (cameraId) => decoder.soundFrame(cameraId),
    },
    thumbnails,
    mjpeg,
    close: () => {
      mjpeg.close();
      thumbnails.close();
    },
  };
}

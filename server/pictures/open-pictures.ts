/** Opens the JPEG side of pictures: thumbnails and MJPEG streams. */

import type { Capacity } from '../core/capacity.ts';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';
import { MjpegStreams, type MjpegStreamsOptions } from './mjpeg-streams.ts';
import { Thumbnails, type FrameScaler } from './thumbnails.ts';

export interface OpenPicturesOptions {
  frames: CameraFrames;
  scaler: FrameScaler;
  mayWatch: MjpegStreamsOptions['mayWatch'];
  capacity: Capacity;
  log: Log;
  /** Of when a picture came. */
  dates: Dates;
}

export interface Pictures {
  /** The newest frame of each camera, and the following ones. */
  frames: CameraFrames;
  thumbnails: Thumbnails;
  mjpeg: MjpegStreams;
  close(): void;
}

export function openPictures({
  frames,
  scaler,
  mayWatch,
  capacity,
  log,
  dates,
}: OpenPicturesOptions): Pictures {
  const thumbnails = new Thumbnails(scaler, log);
  const mjpeg = new MjpegStreams({ frames, mayWatch, capacity, dates });
  return {
    frames,
    thumbnails,
    mjpeg,
    close: () => {
      mjpeg.close();
      thumbnails.close();
    },
  };
}

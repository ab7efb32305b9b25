/** Real VP8 frames, like the transcoder's, without a process or a clock. */

import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { CameraCodec } from '../../server/video/camera-codec.ts';
import { jpegPictures } from './jpeg-pictures.ts';
import { encodePicture } from './encode-picture.ts';

export const BEGIN_US = 1_795_438_012_514_000;

export interface EncodedFramesOptions {
  count: number;
  fps?: number;
  width?: number;
  height?: number;
  /** Frames from one keyframe to the next. */
  keyframeEvery?: number;
}

export function encodedFrames(options: EncodedFramesOptions): EncodedFrame[] {
  const { count, fps = 25, width = 320, height = 240, keyframeEvery = 2 * fps } = options;
  const codec = new CameraCodec();
  const jpegs = jpegPictures({ width, height, count: Math.min(count, 20) });
  const frames = Array.from({ length: count }, (_, index): EncodedFrame => {
    const captureUs = BEGIN_US + Math.round((index * 1_000_000) / fps);
    const jpeg = jpegs[index % jpegs.length] ?? Buffer.alloc(0);
    const keyframe = index % keyframeEvery === 0;
    const request = { bitrateBps: 500_000, captureUs, keyframe, luma: false };
    const encoded = encodePicture(codec, request, jpeg);
    const times = {
      captureUs,
      receivedUs: captureUs,
      decodeStartUs: captureUs,
      decodedUs: captureUs,
      encodedUs: captureUs,
    };
    const { data, layer } = encoded;
    const picture = { data, layer, keyframe: encoded.keyframe, repeated: false, width, height };
    return { cameraId: 'cam_1', rung: 'full', ...picture, timestamp90k: 0, ...times };
  });
  codec.close();
  return frames;
}

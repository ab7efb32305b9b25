/** The frames of a recording's file, whole or cut off, as the encoder gave them. */

import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { readVp8Frame } from '../core/video/vp8-frame.ts';
import { recoverFrames } from '../core/recording/webm-recovery.ts';

/** @param startMs when the file's first frame was taken, ms since the Unix epoch */
export function recordedFrames(file: Uint8Array, cameraId: string, startMs: number): EncodedFrame[] {
  let width = 0;
  let height = 0;
  return recoverFrames(file).map(({ timeMs, keyframe, data }) => {
    const size = readVp8Frame(data);
    width = size?.width ?? width;
    height = size?.height ?? height;
    const captureUs = (startMs + timeMs) * 1000;
    const times = {
      captureUs,
      receivedUs: captureUs,
      decodeStartUs: captureUs,
      decodedUs: captureUs,
      encodedUs: captureUs,
    };
    const picture = {
      rung: 'full',
      layer: undefined,
      data,
      keyframe,
      repeated: false,
      width,
      height,
    } as const;
    return { cameraId, ...picture, timestamp90k: 0, ...times };
  });
}

/** One picture through a camera's codec, the full rung alone unless a test asks for others. */

import type { RungName } from '../../server/core/video/rungs.ts';
import type { CameraCodec, Transcoded } from '../../server/video/camera-codec.ts';
import type { Luma } from '../../server/video/luma-reader.ts';

export interface PictureRequest {
  bitrateBps: number;
  captureUs: number;
  keyframe: boolean;
  luma: boolean;
}

export function encodePicture(
  codec: CameraCodec,
  { bitrateBps, keyframe, ...rest }: PictureRequest,
  jpeg: Buffer,
): Transcoded & { luma: Luma | undefined } {
  const frames: Transcoded[] = [];
  const full = { bitrateBps, keyframe, encode: true };
  const luma = codec.transcode({ ...rest, rungs: { full } }, jpeg, (frame) => frames.push(frame));
  const [frame] = frames;
  if (!frame) throw new Error('the codec yielded no frame');
  return { ...frame, luma };
}

/** @returns the frame of each rung that was encoded */
export function encodeRungs(
  codec: CameraCodec,
  captureUs: number,
  bitratesBps: Partial<Record<RungName, number>>,
  jpeg: Buffer,
): Transcoded[] {
  const frames: Transcoded[] = [];
  const rungs = Object.fromEntries(
    Object.entries(bitratesBps).map(([rung, bitrateBps]) => [
      rung,
      { bitrateBps, keyframe: false, encode: true },
    ]),
  );
  codec.transcode({ captureUs, luma: false, rungs }, jpeg, (frame) => frames.push(frame));
  return frames;
}

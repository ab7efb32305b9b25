/**
 * JPEG → smaller JPEG, for thumbnails. Runs in the codec process.
 *
 * The decoder can yield the picture at a half, a quarter or an eighth of its size, at less cost than in full; the rest
 * is one pass of the scaler. Everything is made for the one picture, so that data of one camera never affects
 * another's.
 */

import { AV_PIX_FMT_YUVJ422P, SWS_AREA, type AVPixelFormat } from 'node-av/constants';
import { SoftwareScaleContext } from 'node-av/lib';
import { scanJpeg } from '../core/video/jpeg-header.ts';
import { check, CodecError } from '../ffmpeg/codec-error.ts';
import { JpegEncoder } from '../ffmpeg/jpeg-encoder.ts';
import { MjpegDecoder } from './mjpeg-decoder.ts';

/** FFmpeg's scale. */
const QUANTIZER = 4;

export interface ScaledJpeg {
  data: Buffer;
  width: number;
  height: number;
}

/**
 * @param width of the result, in pixels; a picture is never enlarged
 * @throws CodecError when the bytes are not one complete, undamaged JPEG
 */
export function scaleJpeg(jpeg: Buffer, width: number): ScaledJpeg {
  const size = scanJpeg(jpeg, 0);
  if (typeof size === 'string') throw new CodecError(`JPEG: ${size}`);
  const scaledWidth = Math.max(1, Math.min(width, size.width));
  const scaledHeight = Math.max(1, Math.round((size.height * scaledWidth) / size.width));
  using decoder = new MjpegDecoder(halvingsFor(size.width, scaledWidth));
  using encoder = new JpegEncoder(scaledWidth, scaledHeight);
  using scaler = new SoftwareScaleContext();
  const decoded = decoder.decode(jpeg);
  const { width: fromWidth, height: fromHeight } = decoded;
  const from = decoded.format as AVPixelFormat;
  scaler.getContext(fromWidth, fromHeight, from, scaledWidth, scaledHeight, AV_PIX_FMT_YUVJ422P, SWS_AREA);
  check(scaler.scaleFrameSync(encoder.picture, decoded), 'scaling');
  return { data: encoder.encode(QUANTIZER), width: scaledWidth, height: scaledHeight };
}

/** As often as possible without falling below the requested size. */
function halvingsFor(from: number, to: number): 0 | 1 | 2 | 3 {
  if (from >= 8 * to) return 3;
  if (from >= 4 * to) return 2;
  return from >= 2 * to ? 1 : 0;
}

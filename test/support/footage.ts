/**
 * Real camera pictures, if this machine has them: `VIGIE_FOOTAGE_DIR`, or `../shared/footage` beside the repository.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ422P, SWS_BICUBIC, type AVPixelFormat } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import { JpegEncoder } from '../../server/ffmpeg/jpeg-encoder.ts';
import { QUANTIZER } from './jpeg-pictures.ts';

const DIRECTORY =
  process.env['VIGIE_FOOTAGE_DIR'] ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'footage');

/** @returns a file with the frames of a real surveillance view, VGA, with people who walk; undefined without it */
export function footageFile(): string | undefined {
  const file = join(DIRECTORY, 'pedestrians-vga.mjpeg');
  return existsSync(file) ? file : undefined;
}

/** @returns the frames of it; undefined without them */
export function realFootage(): Buffer[] | undefined {
  const file = footageFile();
  return file === undefined ? undefined : splitJpegs(readFileSync(file));
}

/** Splits concatenated JPEGs where an end-of-image marker is followed by a start-of-image marker. */
function splitJpegs(stream: Buffer): Buffer[] {
  const seam = Buffer.from('ffd9ffd8', 'hex');
  const jpegs: Buffer[] = [];
  let begin = 0;
  for (let at = stream.indexOf(seam); at >= 0; at = stream.indexOf(seam, begin)) {
    jpegs.push(stream.subarray(begin, at + 2));
    begin = at + 2;
  }
  jpegs.push(stream.subarray(begin));
  return jpegs;
}

/** The same pictures in another size; all must have one size. */
export function scaledFootage(jpegs: readonly Buffer[], width: number, height: number): Buffer[] {
  const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
  using decoder = new CodecContext();
  decoder.allocContext3(codec);
  decoder.open2Sync(codec, null);
  using packet = new Packet();
  packet.alloc();
  using picture = new Frame();
  picture.alloc();
  using scaler = new SoftwareScaleContext();
  const encoder = new JpegEncoder(width, height);
  const scaled = jpegs.map((jpeg, index) => {
    packet.data = jpeg;
    if (decoder.sendPacketSync(packet) < 0 || decoder.receiveFrameSync(picture) < 0)
      throw new Error(`picture ${index} of the footage is not a JPEG`);
    const format = picture.format as AVPixelFormat;
    if (index === 0)
      scaler.getContext(
        picture.width,
        picture.height,
        format,
        width,
        height,
        AV_PIX_FMT_YUVJ422P,
        SWS_BICUBIC,
      );
    scaler.scaleFrameSync(encoder.picture, picture);
    return encoder.encode(QUANTIZER);
  });
  encoder.close();
  return scaled;
}

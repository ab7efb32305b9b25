/** JPEGs for tests: drawn by the virtual camera's own encoder, and real ones if this machine has some. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RawPicture } from '../../server/virtual-camera/raw-picture.ts';
import { SensorJpegEncoder } from '../../server/virtual-camera/sensor-jpeg-encoder.ts';

/** A still gradient, a few hundred bytes for small sizes. @param width even */
export function drawnJpeg(width: number, height: number, quality = 12): Buffer {
  const picture = new RawPicture(width, height);
  for (let at = 0; at < picture.luma.length; at++) picture.luma[at] = ((at % width) * 3 + at / width) % 256;
  picture.cb.fill(110);
  picture.cr.fill(140);
  const encoder = new SensorJpegEncoder(width, height);
  try {
    return encoder.encode(picture, quality);
  } finally {
    encoder.close();
  }
}

const FOOTAGE =
  process.env['VIGIE_FOOTAGE_DIR'] ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'footage');

/** The folder of the real pictures; undefined on a machine without them. */
export function footagePath(name: 'ov2640' | 'pedestrians-vga.mjpeg'): string | undefined {
  const path = join(FOOTAGE, name);
  return existsSync(path) ? path : undefined;
}

/** Written by an OV2640; undefined on a machine without them. */
export function sensorJpegs(): Buffer[] | undefined {
  const folder = footagePath('ov2640');
  if (folder === undefined) return undefined;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jpg'))
    .map((name) => readFileSync(join(folder, name)));
}

export const NO_FOOTAGE = 'ran without real OV2640 pictures: set VIGIE_FOOTAGE_DIR to a folder that has them';

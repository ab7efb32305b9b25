/** Firmware images like the build's, with any number of bytes after the head. */

import { createHash } from 'node:crypto';

export interface AppImageFields {
  version?: string;
  project?: string;
  chip?: number;
  /** Length of the whole image. */
  bytes?: number;
  /** Content after the head. */
  filling?: number;
}

export const HOST_CHIP = 0xffff;
export const ESP32_CHIP = 0;
export const ESP32S3_CHIP = 9;

export function appImage({
  version = '1.2.3',
  project = 'vigie-camera',
  chip = HOST_CHIP,
  bytes = 2000,
  filling = 0x5a,
}: AppImageFields = {}): Buffer {
  const image = Buffer.alloc(bytes, filling);
  image.fill(0, 0, 288);
  image[0] = 0xe9;
  image.writeUInt16LE(chip, 12);
  image.writeUInt32LE(0xabcd5432, 32);
  image.write(version, 48, 'latin1');
  image.write(project, 80, 'latin1');
  return image;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

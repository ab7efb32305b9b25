/**
 * Receives an uploaded firmware image: written and hashed chunk by chunk, so memory holds one chunk only.
 *
 * Invariant: on failure the file is deleted.
 */

import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { APP_IMAGE_HEAD_BYTES, readAppImageHead, type AppImage } from '../core/updates/app-image.ts';
import { VigieError } from '../errors.ts';
import { MAX_FIRMWARE_BYTES } from '../wire/camera-protocol.ts';

export interface ReceivedImage extends AppImage {
  sha256: string;
  bytes: number;
}

/**
 * On return the complete file is on the disk, not only in the disk cache.
 *
 * @param path of a file that does not exist yet
 * @throws VigieError `badRequest` when this is not camera firmware, `tooLarge`; also the error that ended `source`
 * early
 */
export async function receiveImage(source: AsyncIterable<Uint8Array>, path: string): Promise<ReceivedImage> {
  const file = await open(path, 'wx', 0o600);
  try {
    const image = await write(source, file);
    await file.sync();
    await file.close();
    return image;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function write(source: AsyncIterable<Uint8Array>, file: FileHandle): Promise<ReceivedImage> {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > MAX_FIRMWARE_BYTES)
      throw new VigieError(
        'tooLarge',
        `a firmware image has at most ${MAX_FIRMWARE_BYTES / 1024 / 1024} MiB`,
      );
    if (head.length < APP_IMAGE_HEAD_BYTES) {
      head = Buffer.concat([head, piece.subarray(0, APP_IMAGE_HEAD_BYTES - head.length)]);
      // A file that is not firmware is refused at its beginning.
      if (head.length === APP_IMAGE_HEAD_BYTES) imageOf(head, bytes);
    }
    hash.update(piece);
    await file.writeFile(piece);
  }
  return { ...imageOf(head, bytes), sha256: hash.digest('hex'), bytes };
}

function imageOf(head: Uint8Array, bytes: number): AppImage {
  const image = readAppImageHead(head, bytes);
  if (typeof image === 'string') throw new VigieError('unprocessable', image);
  return image;
}

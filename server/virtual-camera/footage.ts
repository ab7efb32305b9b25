/** Recorded pictures played in a loop: a folder of JPEGs, or one file of concatenated JPEGs. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { scanJpeg } from '../core/video/jpeg-header.ts';
import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH, MAX_JPEG_BYTES } from '../wire/camera-protocol.ts';
import { type CameraSettings } from '../wire/camera-settings.ts';
import type { Picture, PictureSource } from './picture-source.ts';

/** Held in memory while it plays. */
const MAX_FOOTAGE_BYTES = 512 * 1024 * 1024;

export class Footage implements PictureSource {
  readonly #pictures: readonly Picture[];
  #next = 0;

  private constructor(pictures: readonly Picture[]) {
    this.#pictures = pictures;
  }

  get length(): number {
    return this.#pictures.length;
  }

  /** @throws Error that names the file and its problem */
  static async load(path: string): Promise<Footage> {
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder
      ? (await readdir(path))
          .filter((name) => /\.jpe?g$/i.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path];
    const pictures: Picture[] = [];
    let total = 0;
    for (const file of files) {
      total += (await stat(file)).size;
      if (total > MAX_FOOTAGE_BYTES)
        throw new Error(`${path} is more than ${MAX_FOOTAGE_BYTES / 2 ** 20} MiB`);
      pictures.push(...splitPictures(await readFile(file), file));
    }
    if (pictures.length === 0)
      throw new Error(`there is no picture in ${path}: it needs .jpg files or an .mjpeg file`);
    return new Footage(pictures);
  }

  render(): Picture {
    const picture = this.#pictures[this.#next] ?? { jpeg: new Uint8Array(), width: 0, height: 0 };
    this.#next = (this.#next + 1) % this.#pictures.length;
    return picture;
  }

  apply(settings: CameraSettings): Promise<string | undefined> {
    const ofThePicture = Object.keys(settings).filter((name) => name !== 'maxFps');
    return Promise.resolve(ofThePicture.length === 0 ? undefined : 'footage plays as it was recorded');
  }

  close(): void {
    this.#next = 0;
  }
}

function splitPictures(bytes: Buffer, file: string): Picture[] {
  const pictures: Picture[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = scanJpeg(bytes, at);
    if (typeof found === 'string') throw new Error(`${file}: ${found}, at byte ${at}`);
    const { width, height, end } = found;
    if (width > MAX_FRAME_WIDTH || height > MAX_FRAME_HEIGHT || end - at > MAX_JPEG_BYTES)
      throw new Error(`${file}: the picture at byte ${at} is larger than a camera may send`);
    pictures.push({ jpeg: bytes.subarray(at, end), width, height });
    at = end;
  }
  return pictures;
}

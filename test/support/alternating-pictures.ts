/** A camera whose pictures change size and format: drawn ahead of time, played in turn. */

import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  type AVPixelFormat,
} from 'node-av/constants';
import { parseCameraKey } from '../../server/core/link/camera-handshake.ts';
import { V1Connection } from '../../server/virtual-camera/v1-connection.ts';
import type { Picture, PictureSource } from '../../server/virtual-camera/picture-source.ts';
import { VirtualCamera } from '../../server/virtual-camera/virtual-camera.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { jpegPictures } from './jpeg-pictures.ts';

/** Chroma subsampling of the JPEGs: quarter, half or full. Cameras differ in it. */
export const PICTURE_FORMATS = {
  '4:2:0': AV_PIX_FMT_YUV420P,
  '4:2:2': AV_PIX_FMT_YUV422P,
  '4:4:4': AV_PIX_FMT_YUV444P,
} as const satisfies Record<string, AVPixelFormat>;

export interface PictureKind {
  width: number;
  height: number;
  format: keyof typeof PICTURE_FORMATS;
}

/** Pictures of each kind: enough to keep an encoder busy. */
const PICTURES_EACH = 5;

export class AlternatingPictures implements PictureSource {
  readonly #pictures: readonly (readonly Picture[])[];
  readonly #hold: number;
  #count = 0;

  /** @param hold number of consecutive pictures of one kind */
  constructor(kinds: readonly PictureKind[], hold: number) {
    this.#hold = hold;
    this.#pictures = kinds.map(({ width, height, format }) =>
      jpegPictures({ width, height, format: PICTURE_FORMATS[format], count: PICTURES_EACH }).map((jpeg) => ({
        jpeg,
        width,
        height,
      })),
    );
  }

  render(): Picture {
    const turn = Math.floor(this.#count / this.#hold);
    const ofKind = this.#pictures[turn % this.#pictures.length] ?? [];
    const picture = ofKind[this.#count++ % ofKind.length];
    if (!picture) throw new Error('there is no picture');
    return picture;
  }

  apply(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): void {
    this.#count = 0;
  }
}

export function alternatingCamera(
  url: string,
  { id, key }: Pick<CameraWithKey, 'id' | 'key'>,
  source: PictureSource,
  fps: number,
): VirtualCamera {
  const secret = parseCameraKey(key);
  if (!secret) throw new Error('the key of the camera is none');
  return new VirtualCamera({
    source,
    fps,
    report: () => undefined,
    connect: (self) =>
      new V1Connection({
        url,
        cameraId: id,
        key: secret,
        device: { firmware: 'test', board: 'virtual', sensor: 'drawn', capabilities: ['telemetry'] },
        applySettings: (settings) => self.apply(settings),
        telemetry: () => self.telemetry(),
      }),
  });
}

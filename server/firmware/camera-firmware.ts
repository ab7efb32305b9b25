/**
 * The cameras' firmware as administrators see it: the stored state, joined with connections and updates in progress.
 */

import { VigieError } from '../errors.ts';
import type { FirmwareUpdates } from './firmware-updates.ts';
import { findCamera, type KnownCamera, type KnownCameras } from '../core/cameras.ts';
import type { CameraFirmwareView, UpdateView } from '../wire/firmware.ts';
import type { CameraKind } from '../wire/camera.ts';

const KIND_OBSTACLES: Readonly<Record<CameraKind, string | null>> = {
  v1: null,
  seed: 'a camera with the older firmware takes no updates over the air: flash it once by cable',
  demo: 'the demo camera is part of the server and takes no updates',
};

export class CameraFirmware {
  readonly #cameras: KnownCameras;
  readonly #updates: FirmwareUpdates;

  constructor(cameras: KnownCameras, updates: FirmwareUpdates) {
    this.#cameras = cameras;
    this.#updates = updates;
  }

  views(): CameraFirmwareView[] {
    return this.#cameras.list().map((camera) => this.#view(camera));
  }

  /** @throws VigieError `notFound` */
  view(cameraId: string): CameraFirmwareView {
    return this.#view(this.#find(cameraId));
  }

  /** @throws VigieError `notFound`, `conflict` */
  async stage(cameraId: string, imageId: string, allowOlder: boolean): Promise<CameraFirmwareView> {
    const camera = this.#find(cameraId);
    const obstacle = KIND_OBSTACLES[camera.kind];
    if (obstacle !== null) throw new VigieError('conflict', obstacle);
    await this.#updates.stage(cameraId, imageId, allowOlder);
    return this.#view(camera);
  }

  /** @throws VigieError `notFound`, `conflict` */
  cancel(cameraId: string): void {
    this.#find(cameraId);
    this.#updates.cancel(cameraId);
  }

  #find(cameraId: string): KnownCamera {
    return findCamera(this.#cameras, cameraId);
  }

  #view({ id, kind }: KnownCamera): CameraFirmwareView {
    const device = this.#updates.deviceOf(id);
    return {
      cameraId: id,
      firmware: device?.firmware ?? null,
      board: device?.board ?? null,
      target: device?.target ?? null,
      obstacle: KIND_OBSTACLES[kind] ?? this.#updates.obstacleOf(id),
      update: this.#update(id),
    };
  }

  #update(cameraId: string): UpdateView | null {
    const update = this.#updates.of(cameraId);
    if (!update) return null;
    const { imageId, version, fromVersion, bytes, state, receivedBytes, reason, changedAtMs } = update;
    return { imageId, version, fromVersion, bytes, state, receivedBytes, reason, changedAtMs };
  }
}

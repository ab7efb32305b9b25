/** Opens the listeners of the legacy cameras that the configuration asks for. */

import { wallMs } from '../core/clock.ts';
import { LegacyListeners } from './legacy-listeners.ts';
import type { Config } from '../config/config.ts';
import type { KnownCamera } from '../core/cameras.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';

/** The store of the cameras. */
interface LegacyCameras {
  ensure(id: string, name: string, kind: 'seed', nowMs: number): Promise<KnownCamera>;
  allowsLargePictures(id: string): boolean;
  pictureIntervalOf(id: string): number | undefined;
}

/**
 * One camera per port, as server-config.json asks for.
 *
 * @returns undefined when it asks for none
 */
export async function openLegacyListeners(
  { legacy, httpHost }: Config,
  store: { cameras: LegacyCameras },
  onFrame: (frame: CameraFrame) => void,
  log: Log,
): Promise<LegacyListeners | undefined> {
  if (!legacy) return undefined;
  const { startPort, cameraCount, username, password } = legacy;
  const ports = Array.from({ length: cameraCount }, (_, index) => startPort + index);
  const cameras = await Promise.all(
    ports.map((port) => store.cameras.ensure(`seed-${port}`, `Camera on port ${port}`, 'seed', wallMs())),
  );
  const cameraIds = cameras.map(({ id }) => id);
  return new LegacyListeners({
    startPort,
    cameraIds,
    username,
    password,
    onFrame,
    allowsLargePictures: (cameraId) => store.cameras.allowsLargePictures(cameraId),
    pictureIntervalOf: (cameraId) => store.cameras.pictureIntervalOf(cameraId),
    log,
    ...(httpHost && { host: httpHost }),
  });
}

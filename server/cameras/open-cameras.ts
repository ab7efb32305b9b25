/** Opens the cameras stage: catalogue, presence, advice, pairing. */

import type { Access } from '../accounts/access.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import type { Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import { CameraAdvisor } from './camera-advisor.ts';
import { CameraCatalog, type CameraControl } from './camera-catalog.ts';
import { CameraPairing } from './camera-pairing.ts';
import { CameraPresence, type LegacySource } from './camera-presence.ts';
import type { CameraStore } from './camera-store.ts';

export interface OpenCamerasOptions {
  ingest: CameraSource & CameraControl;
  /** Undefined when there are no listeners for the legacy firmware. */
  legacy: LegacySource | undefined;
  store: { cameras: CameraStore };
  access: Access;
  log: Log;
  dates: Dates;
}

export interface Cameras {
  presence: CameraPresence;
  advisor: CameraAdvisor;
  catalog: CameraCatalog;
  pairing: CameraPairing;
  close(): void;
}

export function openCameras({ ingest, legacy, store, access, log, dates }: OpenCamerasOptions): Cameras {
  const presence = new CameraPresence(ingest, legacy, store.cameras, log, dates);
  const advisor = new CameraAdvisor(ingest, legacy);
  const catalog = new CameraCatalog({
    store: store.cameras,
    access,
    control: presence,
    adviceFor: (cameraId) => advisor.adviceFor(cameraId),
    refusalsOf: (cameraId) => advisor.refusalsOf(cameraId),
    log,
  });
  catalog.on('changed', (cameraId, change) => {
    if (change === 'keyRotated') advisor.removeCamera(cameraId);
  });
  const pairing = new CameraPairing({ catalog, log });
  return { presence, advisor, catalog, pairing, close: () => advisor.close() };
}

/** Opens the cameras feature: catalogue, presence, advice, pairing. */

import type { Access } from '../accounts/access.ts';
import { monotonicMs, type Clock } from '../core/clock.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import type { Dates } from '../core/site-clock.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';
import { CameraAdvisor } from './camera-advisor.ts';
import { CameraCatalog } from './camera-catalog.ts';
import { cameraControl, type CameraControl } from './camera-control.ts';
import { CameraPairing } from './camera-pairing.ts';
import { CameraPresence, type LegacySource } from './camera-presence.ts';
import type { OffView } from '../wire/camera-switch.ts';
import type { CameraStore } from './camera-store.ts';

export interface OpenCamerasOptions {
  ingest: CameraSource & CameraControl;
  /** Undefined when there are no listeners for the legacy firmware. */
  legacy: LegacySource | undefined;
  /** Their pictures. */
  frames: CameraFrames;
  clock: Clock;
  store: { cameras: CameraStore };
  access: Access;
  /** The privacy switch. */
  cameraSwitch?: { offOf(cameraId: string): OffView | null };
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

export function openCameras(options: OpenCamerasOptions): Cameras {
  const { ingest, store, access, log, dates, cameraSwitch } = options;
  const offOf = (cameraId: string): OffView | null => cameraSwitch?.offOf(cameraId) ?? null;
  const offSinceUs = (cameraId: string): number | undefined => {
    const off = offOf(cameraId);
    return off ? dates.serverUs(off.sinceMs) : undefined;
  };
  const presence = new CameraPresence({ ...options, store: store.cameras, offSinceUs });
  const advisor = new CameraAdvisor(ingest, options.legacy, monotonicMs, dates);
  presence.on('changed', (cameraId, { frozen }) => advisor.onFrozen(cameraId, frozen));
  const catalog = new CameraCatalog({
    store: store.cameras,
    access,
    control: cameraControl(ingest, presence),
    livenessOf: (cameraId) => presence.liveness(cameraId),
    dates,
    adviceFor: (cameraId) => advisor.adviceFor(cameraId),
    refusalsOf: (cameraId) => advisor.refusalsOf(cameraId),
    attemptsOf: (cameraId) => advisor.attemptsOf(cameraId),
    offOf,
    log,
  });
  catalog.on('changed', (cameraId, change) => {
    if (change === 'keyRotated') advisor.removeCamera(cameraId);
  });
  const pairing = new CameraPairing({ catalog, log });
  const close = (): void => {
    presence.close();
    advisor.close();
  };
  return { presence, advisor, catalog, pairing, close };
}

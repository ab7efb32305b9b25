/** Assembles the parts of firmware updates and connects them to the cameras' connections. */

import { CameraFirmware } from './camera-firmware.ts';
import type { Firmware } from './firmware-routes.ts';
import type { CameraLifecycleListener, KnownCameras } from '../core/cameras.ts';
import type { ClockChange, Dates } from '../core/site-clock.ts';
import type { CameraSource } from '../core/link/camera-events.ts';
import { FirmwareImages } from './firmware-images.ts';
import type { FirmwareStore } from './firmware-store.ts';
import { FirmwareUpdates, type UpdatableCameras } from './firmware-updates.ts';
import type { Log } from '../log.ts';
import type { CameraFirmwareView } from '../wire/firmware.ts';

export interface FirmwareSetup {
  dataDir: string;
  store: { cameras: KnownCameras; firmware: FirmwareStore };
  ingest: CameraSource & UpdatableCameras;
  /** Called for each camera whose firmware or update has changed. */
  tell: (view: CameraFirmwareView) => void;
  log: Log;
  dates: Dates;
}

export interface OpenedFirmware extends Firmware, CameraLifecycleListener {
  onClockChanged(change: ClockChange): void;
  close(): void;
}

/** @throws VigieError `configuration` when the folder of the images cannot be used */
export function openFirmware({ dataDir, store, ingest, tell, log, dates }: FirmwareSetup): OpenedFirmware {
  const images = new FirmwareImages(dataDir, store.firmware, log);
  const updates = new FirmwareUpdates({ images, store: store.firmware, cameras: ingest, log, dates });
  const cameras = new CameraFirmware(store.cameras, updates);
  ingest.on('connected', (cameraId) => updates.onConnected(cameraId));
  ingest.on('offline', (cameraId) => updates.onOffline(cameraId));
  ingest.on('otaProgress', (cameraId, progress) => updates.onProgress(cameraId, progress));
  ingest.on('otaResult', (cameraId, result) => updates.onResult(cameraId, result));
  updates.on('changed', (cameraId) => {
    // A removed camera goes offline too.
    if (store.cameras.find(cameraId)) tell(cameras.view(cameraId));
  });
  return {
    images,
    updates,
    cameras,
    removeCamera: (cameraId) => updates.removeCamera(cameraId),
    onClockChanged: (change) => updates.onClockChanged(change),
    close: () => updates.close(),
  };
}

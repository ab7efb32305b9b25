/**
 * Commands from the API to the connected cameras.
 *
 * Invariant: a new frame rate replaces the pace that the camera declared, so that presence judges it by the new one.
 */

import type { CameraConnectionView } from '../wire/camera.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';
import type { CameraPresence } from './camera-presence.ts';

/** The part of the connected cameras that the API uses. */
export interface CameraControl {
  /** The connection of any id, known or not. */
  status(cameraId: string): CameraConnectionView;
  /** @throws VigieError `cameraOffline`, `cameraRejected`, `unavailable`, `tooManyRequests` */
  set(cameraId: string, settings: CameraSettings): Promise<void>;
  /** Resolves when the camera has agreed. @throws VigieError like `set` */
  reboot(cameraId: string): Promise<void>;
  disconnect(cameraId: string, reason: 'removed' | 'keyRotated'): void;
  /** The stored time between its pictures has changed. */
  updatePace?(cameraId: string): void;
  /** The stored choice whether it adapts to its connection has changed. */
  updateAdapting?(cameraId: string): void;
}

/** @param ingest sends the commands; cameras of other protocols take none */
export function cameraControl(ingest: CameraControl, presence: CameraPresence): CameraControl {
  return {
    status: (cameraId) => presence.status(cameraId),
    set: async (cameraId, settings) => {
      await ingest.set(cameraId, settings);
      if (settings.maxFps !== undefined) presence.setPace(cameraId, settings.maxFps);
    },
    reboot: (cameraId) => ingest.reboot(cameraId),
    disconnect: (cameraId, reason) => ingest.disconnect(cameraId, reason),
    updatePace: (cameraId) => presence.updatePace(cameraId),
    updateAdapting: (cameraId) => ingest.updateAdapting?.(cameraId),
  };
}

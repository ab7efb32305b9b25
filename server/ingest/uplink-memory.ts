/**
 * The settings of a lowered camera before it was lowered, stored so that a restarted server can restore them. A failing store is
 * logged.
 */

import { uplinkPart, type UplinkSettings } from '../core/link/uplink-levels.ts';
import type { Log } from '../log.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';

export interface LoweredFromStore {
  /** The settings before the camera was lowered; undefined while it is not lowered. */
  loweredFrom(cameraId: string): CameraSettings | undefined;
  setLoweredFrom(cameraId: string, settings: CameraSettings | null): Promise<void>;
}

export interface UplinkMemoryOptions {
  cameraId: string;
  store: LoweredFromStore;
  log: Log;
}

export class UplinkMemory {
  readonly #options: UplinkMemoryOptions;
  #isStored = false;

  constructor(options: UplinkMemoryOptions) {
    this.#options = options;
  }

  read(): CameraSettings | undefined {
    const { cameraId, store } = this.#options;
    const before = store.loweredFrom(cameraId);
    this.#isStored = before !== undefined;
    return before;
  }

  /** Call it before a camera is lowered for the first time, and with null after all its settings are restored. Never rejects. */
  async keep(settings: UplinkSettings | null): Promise<void> {
    if ((settings !== null) === this.#isStored) return;
    this.#isStored = settings !== null;
    const { cameraId, store, log } = this.#options;
    try {
      await store.setLoweredFrom(cameraId, settings && uplinkPart(settings));
    } catch (error) {
      log.warn({ err: error, cameraId }, 'failed to store the settings of a camera before they were lowered');
    }
  }
}

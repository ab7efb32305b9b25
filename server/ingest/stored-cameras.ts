/**
 * Reads the stored cameras for ingest.
 *
 * Invariant: a failing store is logged and ends no connection: a setting that cannot be read has its default.
 */

import type { Log } from '../log.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';

/** The part of the camera store that ingest uses. */
export interface IngestStore {
  /** @returns the camera's 32-byte key, or undefined when there is no such camera */
  keyOf(cameraId: string): Uint8Array | undefined;
  /** The settings that a camera gets when it connects; a missing field is the camera's choice. */
  settingsOf?(cameraId: string): CameraSettings;
  /** Whether the server may lower them to fit its uplink; default: it may. */
  adaptsToConnection?(cameraId: string): boolean;
  /** The settings of a lowered camera before it was lowered. */
  loweredFrom?(cameraId: string): CameraSettings | undefined;
  setLoweredFrom?(cameraId: string, settings: CameraSettings | null): Promise<unknown>;
  /** Whether its frames may exceed the usual limits. */
  allowsLargePictures?(cameraId: string): boolean;
}

export class StoredCameras {
  readonly #store: IngestStore;
  readonly #log: Log;

  constructor(store: IngestStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** @returns the key, undefined inside for an unknown camera; undefined when the store fails */
  lookUpKey(cameraId: string): { key: Uint8Array | undefined } | undefined {
    return this.#lookUp(() => ({ key: this.#store.keyOf(cameraId) }));
  }

  settingsOf(cameraId: string): CameraSettings {
    return this.#lookUp(() => this.#store.settingsOf?.(cameraId)) ?? {};
  }

  adaptsToConnection(cameraId: string): boolean {
    return this.#lookUp(() => this.#store.adaptsToConnection?.(cameraId)) ?? true;
  }

  loweredFrom(cameraId: string): CameraSettings | undefined {
    return this.#lookUp(() => this.#store.loweredFrom?.(cameraId));
  }

  async setLoweredFrom(cameraId: string, settings: CameraSettings | null): Promise<void> {
    await this.#store.setLoweredFrom?.(cameraId, settings);
  }

  allowsLargePictures(cameraId: string): boolean {
    return this.#lookUp(() => this.#store.allowsLargePictures?.(cameraId)) ?? false;
  }

  #lookUp<T>(ask: () => T): T | undefined {
    try {
      return ask();
    } catch (err) {
      this.#log.error({ err }, 'failed to look up a camera');
      return undefined;
    }
  }
}

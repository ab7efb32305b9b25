/**
 * Which cameras are connected, whichever protocol they speak: ingest and the legacy listeners as one.
 *
 * Invariant: `online` and `offline` alternate per camera, and when a camera goes offline the moment of its last frame is on
 * its way into the store before anybody is told.
 */

import { EventEmitter } from 'node:events';
import type { CameraControl } from './camera-catalog.ts';
import type { CameraEvents, CameraSource } from '../core/link/camera-events.ts';
import type { Log } from '../log.ts';
import type { CameraStore } from './camera-store.ts';
import type { CameraConnection } from '../wire/camera.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';

/** The legacy listeners. */
export interface LegacySource extends Pick<
  EventEmitter<Pick<CameraEvents, 'online' | 'offline' | 'connected' | 'replaced' | 'refused'>>,
  'on'
> {
  has(cameraId: string): boolean;
  status(cameraId: string): CameraConnection;
}

export interface CameraPresenceEvents {
  online: [cameraId: string];
  offline: [cameraId: string, lastFrameAt: number | null];
}

export class CameraPresence extends EventEmitter<CameraPresenceEvents> implements CameraControl {
  readonly #ingest: CameraControl;
  readonly #legacy: LegacySource | undefined;
  readonly #store: CameraStore;
  readonly #log: Log;

  /** @param legacy undefined when there are no legacy listeners */
  constructor(
    ingest: CameraSource & CameraControl,
    legacy: LegacySource | undefined,
    store: CameraStore,
    log: Log,
  ) {
    super();
    this.#ingest = ingest;
    this.#legacy = legacy;
    this.#store = store;
    this.#log = log;
    for (const source of legacy ? [ingest, legacy] : [ingest]) {
      source.on('online', (cameraId) => this.emit('online', cameraId));
      source.on('offline', (cameraId) => this.#onOffline(cameraId));
    }
  }

  status(cameraId: string): CameraConnection {
    return this.#legacy?.has(cameraId) ? this.#legacy.status(cameraId) : this.#ingest.status(cameraId);
  }

  async set(cameraId: string, settings: CameraSettings): Promise<void> {
    await this.#ingest.set(cameraId, settings);
  }

  async reboot(cameraId: string): Promise<void> {
    await this.#ingest.reboot(cameraId);
  }

  disconnect(cameraId: string, reason: 'removed' | 'keyRotated'): void {
    this.#ingest.disconnect(cameraId, reason);
  }

  #onOffline(cameraId: string): void {
    const { lastFrameAt } = this.status(cameraId);
    if (lastFrameAt !== null) this.#remember(cameraId, lastFrameAt);
    this.emit('offline', cameraId, lastFrameAt);
  }

  /** A disk that is full, or gone, costs this memory and nothing else. */
  #remember(cameraId: string, lastFrameAt: number): void {
    this.#store.setLastFrameAt(cameraId, lastFrameAt).catch((error: unknown) => {
      this.#log.error({ err: error, cameraId }, 'failed to store the time of the last frame');
    });
  }
}

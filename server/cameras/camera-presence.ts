/**
 * The connected cameras of all protocols: ingest and the legacy listeners combined.
 *
 * Invariant: `online` and `offline` alternate per camera, and when a camera goes offline, storing the time of its last
 * frame begins before the event.
 */

import { EventEmitter } from 'node:events';
import type { CameraControl } from './camera-catalog.ts';
import type { CameraEvents, CameraSource } from '../core/link/camera-events.ts';
import { unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { CameraStore } from './camera-store.ts';
import type { CameraConnectionView } from '../wire/camera.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';

/** The legacy listeners. */
export interface LegacySource extends Pick<
  EventEmitter<Pick<CameraEvents, 'online' | 'offline' | 'connected' | 'replaced' | 'refused'>>,
  'on'
> {
  has(cameraId: string): boolean;
  status(cameraId: string): CameraConnectionView;
}

export interface CameraPresenceEvents {
  online: [cameraId: string];
  offline: [cameraId: string, lastFrameAtMs: number | null];
}

export class CameraPresence extends EventEmitter<CameraPresenceEvents> implements CameraControl {
  readonly #ingest: CameraControl;
  readonly #legacy: LegacySource | undefined;
  readonly #store: CameraStore;
  readonly #log: Log;
  readonly #dates: Dates;

  /** @param legacy undefined when there are no legacy listeners */
  constructor(
    ingest: CameraSource & CameraControl,
    legacy: LegacySource | undefined,
    store: CameraStore,
    log: Log,
    dates: Dates = unmappedTime(),
  ) {
    super();
    this.#ingest = ingest;
    this.#legacy = legacy;
    this.#store = store;
    this.#log = log;
    this.#dates = dates;
    for (const source of legacy ? [ingest, legacy] : [ingest]) {
      source.on('online', (cameraId) => this.emit('online', cameraId));
      source.on('offline', (cameraId) => this.#onOffline(cameraId));
    }
  }

  status(cameraId: string): CameraConnectionView {
    const source = this.#legacy?.has(cameraId) ? this.#legacy : this.#ingest;
    const status = source.status(cameraId);
    const { lastFrameAtMs } = status;
    if (lastFrameAtMs === null) return status;
    return { ...status, lastFrameAtMs: Math.floor(this.#dates.dateMs(lastFrameAtMs * 1000)) };
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

  /** The clock was set: what was stored of the cameras that came since the start is dated anew. */
  onClockChanged({ kind }: ClockChange, cameraIds: readonly string[]): void {
    if (kind !== 'stepped') return;
    for (const cameraId of cameraIds) {
      const { lastFrameAtMs } = this.status(cameraId);
      if (lastFrameAtMs !== null) this.#remember(cameraId, lastFrameAtMs);
    }
  }

  #onOffline(cameraId: string): void {
    const { lastFrameAtMs } = this.status(cameraId);
    if (lastFrameAtMs !== null) this.#remember(cameraId, lastFrameAtMs);
    this.emit('offline', cameraId, lastFrameAtMs);
  }

  /** A full or missing disk loses this time only. */
  #remember(cameraId: string, lastFrameAtMs: number): void {
    this.#store.setLastFrameAt(cameraId, lastFrameAtMs).catch((error: unknown) => {
      this.#log.error({ err: error, cameraId }, 'failed to store the time of the last frame');
    });
  }
}

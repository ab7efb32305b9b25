/**
 * Which cameras are connected and which are live, whichever protocol they speak: ingest and the legacy listeners as one. What
 * decides is core/link/camera-liveness.ts; here it is fed with connections, pictures and the time.
 *
 * Invariant: `changed` is told once per change, and the moment of the newest picture is on its way into the store before.
 */

import type { EventEmitter } from 'node:events';
import type { CameraControl } from './camera-catalog.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import { IsolatingEmitter, type Subscription } from '../core/fan-out.ts';
import type { CameraEvents, CameraSource } from '../core/link/camera-events.ts';
import { CameraLiveness, livenessView, NEVER_SEEN, type Liveness } from '../core/link/camera-liveness.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';
import type { CameraStore } from './camera-store.ts';
import type { CameraConnection } from '../wire/camera.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';

/** The legacy listeners. */
export interface LegacySource extends Pick<EventEmitter<Pick<CameraEvents, 'online' | 'offline'>>, 'on'> {
  has(cameraId: string): boolean;
  status(cameraId: string): CameraConnection;
}

export interface CameraPresenceOptions {
  ingest: CameraSource & CameraControl;
  /** Undefined when there are no legacy listeners. */
  legacy?: LegacySource | undefined;
  frames: Pick<CameraFrames, 'subscribe'>;
  store: Pick<CameraStore, 'find' | 'settingsOf' | 'setLastFrameAt'>;
  log: Log;
  clock?: Clock;
}

interface Present {
  readonly liveness: CameraLiveness;
  pictures: Subscription | undefined;
  /** As it was last told. */
  told: Liveness;
  timer: NodeJS.Timeout | undefined;
  timerAtUs: number;
}

/** The longest a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** A pace that has changed by less is the same one. */
const SAME_PACE = 1.5;

export class CameraPresence
  extends IsolatingEmitter<{ changed: [cameraId: string, Liveness] }>
  implements CameraControl
{
  readonly #options: CameraPresenceOptions;
  readonly #clock: Clock;
  /** Every camera that was asked for, or was here. */
  readonly #cameras = new Map<string, Present>();

  constructor(options: CameraPresenceOptions) {
    const { ingest, legacy, log, clock = serverClock } = options;
    super((error) => log.error({ err: error }, 'failed to pass on that a camera is live, or not any more'));
    this.#options = options;
    this.#clock = clock;
    for (const source of legacy ? [ingest, legacy] : [ingest]) {
      source.on('online', (cameraId) => this.#onConnected(cameraId));
      source.on('offline', (cameraId) => this.#onDisconnected(cameraId));
    }
    ingest.on('replaced', (cameraId) => this.#updatePace(cameraId));
  }

  /** Of any camera, known or not. */
  liveness(cameraId: string): Liveness {
    return this.#find(cameraId)?.liveness.at(this.#clock()) ?? NEVER_SEEN;
  }

  status(cameraId: string): CameraConnection {
    const { ingest, legacy } = this.#options;
    return legacy?.has(cameraId) ? legacy.status(cameraId) : ingest.status(cameraId);
  }

  async set(cameraId: string, settings: CameraSettings): Promise<void> {
    await this.#options.ingest.set(cameraId, settings);
    if (settings.maxFps === undefined) return;
    // From now on it is as fast as it was told, whatever it said of itself.
    this.#find(cameraId)?.liveness.setPace(undefined, settings.maxFps);
    this.#review(cameraId);
  }

  async reboot(cameraId: string): Promise<void> {
    await this.#options.ingest.reboot(cameraId);
  }

  disconnect(cameraId: string, reason: 'removed' | 'keyRotated'): void {
    this.#options.ingest.disconnect(cameraId, reason);
  }

  removeCamera(cameraId: string): void {
    const present = this.#cameras.get(cameraId);
    present?.pictures?.close();
    clearTimeout(present?.timer);
    this.#cameras.delete(cameraId);
  }

  /** Idempotent. */
  close(): void {
    for (const [cameraId, { liveness, told }] of this.#cameras) {
      this.#remember(cameraId, told, liveness.at(this.#clock()));
      this.removeCamera(cameraId);
    }
  }

  #onConnected(cameraId: string): void {
    const present = this.#find(cameraId);
    if (!present) return;
    present.liveness.onConnected(this.#clock());
    present.pictures ??= this.#options.frames.subscribe(cameraId, ({ jpeg, captureUs }) => {
      present.liveness.onPicture(jpeg, captureUs, this.#clock());
      this.#review(cameraId);
    });
    this.#updatePace(cameraId);
  }

  #onDisconnected(cameraId: string): void {
    const present = this.#cameras.get(cameraId);
    if (!present) return;
    present.pictures?.close();
    present.pictures = undefined;
    present.liveness.onDisconnected(this.#clock());
    this.#review(cameraId);
  }

  #updatePace(cameraId: string): void {
    const { maxFps } = this.#options.store.settingsOf(cameraId);
    const declaredMs = this.status(cameraId).device?.frameIntervalMs;
    this.#cameras.get(cameraId)?.liveness.setPace(declaredMs, maxFps);
    this.#review(cameraId);
  }

  /** @returns undefined for a camera there is not: made-up ids take no memory */
  #find(cameraId: string): Present | undefined {
    const present = this.#cameras.get(cameraId);
    if (present) return present;
    const camera = this.#options.store.find(cameraId);
    if (!camera) return undefined;
    const { lastFrameAt } = camera;
    const liveness = new CameraLiveness(lastFrameAt === null ? undefined : lastFrameAt * 1000);
    const told = liveness.at(this.#clock());
    const found = { liveness, pictures: undefined, told, timer: undefined, timerAtUs: Infinity };
    this.#cameras.set(cameraId, found);
    return found;
  }

  #review(cameraId: string): void {
    const present = this.#cameras.get(cameraId);
    if (!present) return;
    const nowUs = this.#clock();
    this.#await(cameraId, present, nowUs);
    const { told } = present;
    const next = present.liveness.at(nowUs);
    if (isSame(told, next)) return;
    present.told = next;
    this.#remember(cameraId, told, next);
    this.emit('changed', cameraId, next);
  }

  /** One timer runs until the state may change by time alone; pictures move that on, and it looks again. */
  #await(cameraId: string, present: Present, nowUs: number): void {
    const atUs = present.liveness.changesAtUs(nowUs);
    if (present.timer !== undefined && atUs >= present.timerAtUs) return;
    clearTimeout(present.timer);
    present.timer = undefined;
    if (atUs === Infinity) return;
    const delayMs = Math.min(MAX_TIMER_MS, Math.ceil((atUs - nowUs) / 1000));
    present.timerAtUs = atUs;
    present.timer = setTimeout(() => {
      present.timer = undefined;
      this.#review(cameraId);
    }, delayMs);
  }

  /** A disk that is full, or gone, costs this memory and nothing else. */
  #remember(cameraId: string, told: Liveness, next: Liveness): void {
    const { lastFrameAtMs } = livenessView(next);
    if (lastFrameAtMs === null || next.lastPictureUs === told.lastPictureUs) return;
    const { store, log } = this.#options;
    store.setLastFrameAt(cameraId, lastFrameAtMs).catch((error: unknown) => {
      log.error({ err: error, cameraId }, 'failed to store the time of the last frame');
    });
  }
}

function isSame(told: Liveness, next: Liveness): boolean {
  if (told.status !== next.status || told.frozen !== next.frozen) return false;
  // Its first picture ever.
  if (told.lastPictureUs === null && next.lastPictureUs !== null) return false;
  // A camera whose pictures are long on their way may send one more without being live.
  if (next.status !== 'online') return told.sinceUs === next.sinceUs;
  const change = next.staleAfterMs / told.staleAfterMs;
  return change < SAME_PACE && change > 1 / SAME_PACE;
}

/**
 * The cameras of all protocols, ingest and the legacy listeners combined, and whether each is live.
 *
 * Invariant: each change of a camera's liveness is emitted once, after the write of the time of its last frame has begun.
 */

import type { EventEmitter } from 'node:events';
import type { CameraControl } from './camera-control.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import { IsolatingEmitter, type Subscription } from '../core/fan-out.ts';
import type { CameraEvents, CameraSource } from '../core/link/camera-events.ts';
import { unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import { CameraLiveness, livenessView, NEVER_SEEN, type Liveness } from '../core/link/camera-liveness.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { Log } from '../log.ts';
import type { CameraStore } from './camera-store.ts';
import type { CameraConnectionView } from '../wire/camera.ts';

/** The part of the legacy listeners that reports which of their cameras are connected. */
export interface LegacySource extends Pick<
  EventEmitter<Pick<CameraEvents, 'online' | 'offline' | 'connected' | 'replaced' | 'refused'>>,
  'on'
> {
  has(cameraId: string): boolean;
  status(cameraId: string): CameraConnectionView;
}

export interface CameraPresenceOptions {
  ingest: CameraSource & Pick<CameraControl, 'status'>;
  /** Undefined when there are no legacy listeners. */
  legacy?: LegacySource | undefined;
  frames: Pick<CameraFrames, 'subscribe'>;
  store: Pick<CameraStore, 'find' | 'settingsOf' | 'pictureIntervalOf' | 'setLastFrameAt'>;
  log: Log;
  /** Since when a camera is switched off for privacy, server time in µs; undefined: it is on. */
  offSinceUs?: (cameraId: string) => number | undefined;
  clock?: Clock;
  dates?: Dates;
}

interface Present {
  readonly liveness: CameraLiveness;
  /** Since the server started. */
  hasPictures: boolean;
  pictures: Subscription | undefined;
  /** As it was last reported. */
  told: Liveness;
  timer: NodeJS.Timeout | undefined;
  timerAtUs: number;
}

/** Longest delay of a Node timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Smaller changes of the pace are not reported. */
const SAME_PACE = 1.5;

export class CameraPresence extends IsolatingEmitter<{ changed: [cameraId: string, Liveness] }> {
  readonly #options: CameraPresenceOptions;
  readonly #clock: Clock;
  readonly #dates: Dates;
  /** Every camera that was requested or has connected. */
  readonly #cameras = new Map<string, Present>();

  constructor(options: CameraPresenceOptions) {
    const { ingest, legacy, log, clock = serverClock, dates = unmappedTime() } = options;
    super((error) => log.error({ err: error }, 'failed to pass on a camera’s liveness'));
    this.#options = options;
    this.#clock = clock;
    this.#dates = dates;
    for (const source of legacy ? [ingest, legacy] : [ingest]) {
      source.on('online', (cameraId) => this.#onConnected(cameraId));
      source.on('offline', (cameraId) => this.#onDisconnected(cameraId));
    }
    ingest.on('replaced', (cameraId) => this.#updatePace(cameraId));
  }

  /** The state of any camera, also of an unknown one. */
  liveness(cameraId: string): Liveness {
    return this.#shown(cameraId, this.#find(cameraId)?.liveness.at(this.#clock()) ?? NEVER_SEEN);
  }

  status(cameraId: string): CameraConnectionView {
    const { ingest, legacy } = this.#options;
    return legacy?.has(cameraId) ? legacy.status(cameraId) : ingest.status(cameraId);
  }

  /** @param maxFps the frame rate that the camera was just set to */
  setPace(cameraId: string, maxFps: number): void {
    const intervalMs = this.#options.store.pictureIntervalOf(cameraId);
    this.#find(cameraId)?.liveness.setPace(intervalMs, maxFps);
    this.#review(cameraId);
  }

  /** The stored time between its pictures has changed. */
  updatePace(cameraId: string): void {
    if (this.#find(cameraId)) this.#updatePace(cameraId);
  }

  /** The camera was switched off or on. Pictures from before say nothing about its present state. */
  switchCamera(cameraId: string, off: boolean): void {
    const present = this.#find(cameraId);
    if (!off && present?.pictures) present.liveness.onConnected(this.#clock());
    this.#review(cameraId);
  }

  removeCamera(cameraId: string): void {
    const present = this.#cameras.get(cameraId);
    present?.pictures?.close();
    clearTimeout(present?.timer);
    this.#cameras.delete(cameraId);
  }

  /** The clock was set: times of last frames since the start get new dates, earlier ones keep theirs. */
  onClockChanged({ kind }: ClockChange): void {
    if (kind !== 'stepped') return;
    for (const [cameraId, present] of this.#cameras) {
      if (present.hasPictures) this.#store(cameraId, present.liveness.at(this.#clock()));
      else if (!present.pictures) this.removeCamera(cameraId);
    }
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
      present.hasPictures = true;
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
    const declaredMs =
      this.#options.store.pictureIntervalOf(cameraId) ?? this.status(cameraId).device?.frameIntervalMs;
    this.#cameras.get(cameraId)?.liveness.setPace(declaredMs, maxFps);
    this.#review(cameraId);
  }

  /** @returns undefined for an unknown camera: made-up ids take no memory */
  #find(cameraId: string): Present | undefined {
    const present = this.#cameras.get(cameraId);
    if (present) return present;
    const camera = this.#options.store.find(cameraId);
    if (!camera) return undefined;
    const { lastFrameAtMs } = camera;
    const nowUs = this.#clock();
    // A date in the future: the clock is behind, or was ahead when the picture came.
    const lastUs = lastFrameAtMs === null ? undefined : Math.min(nowUs, this.#dates.serverUs(lastFrameAtMs));
    const liveness = new CameraLiveness(lastUs);
    const told = this.#shown(cameraId, liveness.at(nowUs));
    const found = {
      liveness,
      hasPictures: false,
      pictures: undefined,
      told,
      timer: undefined,
      timerAtUs: Infinity,
    };
    this.#cameras.set(cameraId, found);
    return found;
  }

  /** A camera that is switched off is neither live nor offline. */
  #shown(cameraId: string, liveness: Liveness): Liveness {
    const sinceUs = this.#options.offSinceUs?.(cameraId);
    return sinceUs === undefined
      ? liveness
      : { ...liveness, status: 'off', sinceUs, frozen: false, awaited: false };
  }

  #review(cameraId: string): void {
    const present = this.#cameras.get(cameraId);
    if (!present) return;
    const nowUs = this.#clock();
    this.#await(cameraId, present, nowUs);
    const { told } = present;
    const next = this.#shown(cameraId, present.liveness.at(nowUs));
    if (isSame(told, next)) return;
    present.told = next;
    this.#remember(cameraId, told, next);
    this.emit('changed', cameraId, next);
  }

  /** One timer runs until time alone may change the state; pictures postpone that, and the timer starts again. */
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

  #remember(cameraId: string, told: Liveness, next: Liveness): void {
    if (next.lastPictureUs !== told.lastPictureUs) this.#store(cameraId, next);
  }

  /** A full or missing disk loses this time only. */
  #store(cameraId: string, liveness: Liveness): void {
    const { lastFrameAtMs } = livenessView(liveness, (us) => this.#dates.dateMs(us));
    if (lastFrameAtMs === null) return;
    const { store, log } = this.#options;
    store.setLastFrameAt(cameraId, lastFrameAtMs).catch((error: unknown) => {
      log.error({ err: error, cameraId }, 'failed to store the time of the last frame');
    });
  }
}

function isSame(told: Liveness, next: Liveness): boolean {
  if (told.status !== next.status || told.frozen !== next.frozen || told.awaited !== next.awaited)
    return false;
  // Its first picture ever.
  if (told.lastPictureUs === null && next.lastPictureUs !== null) return false;
  // A picture that arrives late does not make the camera live.
  if (next.status !== 'online') return told.sinceUs === next.sinceUs;
  const change = next.staleAfterMs / told.staleAfterMs;
  return change < SAME_PACE && change > 1 / SAME_PACE;
}

/**
 * The updates of all cameras: stages them, offers them when the camera is connected, serves the image once, and follows
 * the camera's reports until it is back. The allowed transitions are in core/updates/firmware-update.ts; this connects
 * them to the connections and the clock; update-records.ts keeps them.
 *
 * Invariants: an update is offered only over TLS, with its own token; a staged update survives a restart of the server;
 * a failing store loses only that record.
 */

import { EventEmitter } from 'node:events';
import { monotonicMs, serverMs } from '../core/clock.ts';
import type { ClockChange, Dates } from '../core/site-clock.ts';
import {
  advance,
  isUnderWay,
  stagedUpdate,
  type FirmwareUpdate,
  type UpdateEvent,
} from '../core/updates/firmware-update.ts';
import { connectionObstacle, imageObstacle, type CameraDevice } from '../core/updates/update-obstacles.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FirmwareStore, StoredImage } from './firmware-store.ts';
import type { OtaProgressMessage, OtaResultMessage } from '../wire/camera-protocol.ts';
import type { FirmwareImages } from './firmware-images.ts';
import { UpdateRecords } from './update-records.ts';
import { UpdateOffers, type SendOffer } from './update-offers.ts';

/** The part of the connected cameras that updates use. */
export interface UpdatableCameras {
  /** Undefined for a camera that is not connected. */
  deviceOf(cameraId: string): CameraDevice | undefined;
  offerUpdate: SendOffer;
}

export interface FirmwareUpdatesOptions {
  images: FirmwareImages;
  store: FirmwareStore;
  cameras: UpdatableCameras;
  log: Log;
  /** Server time, ms: deadlines are measured on it. */
  nowMs?: () => number;
  /** Turns server time into dates; left out, server time counts as the date. */
  dates?: Dates;
}

export interface Download {
  image: StoredImage;
  path: string;
  /** Aborted when the update is cancelled: stop sending. */
  signal: AbortSignal;
}

/** Longest delay given to setTimeout. */
const MAX_WAIT_MS = 60_000;

export class FirmwareUpdates extends EventEmitter<{ changed: [cameraId: string] }> {
  readonly #options: FirmwareUpdatesOptions;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #offers: UpdateOffers;
  readonly #updates: UpdateRecords;
  /** The device of each camera that has connected since the start. */
  readonly #devices = new Map<string, CameraDevice>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FirmwareUpdatesOptions) {
    super();
    this.#options = options;
    this.#log = options.log.child({ component: 'firmware' });
    this.#nowMs = options.nowMs ?? serverMs;
    this.#offers = new UpdateOffers(
      (cameraId, offer) => options.cameras.offerUpdate(cameraId, offer),
      options.nowMs ?? monotonicMs,
    );
    this.#updates = new UpdateRecords({ ...options, log: this.#log, nowMs: this.#nowMs });
    // The connections of these updates are lost.
    for (const cameraId of this.#updates.cameraIds) this.#apply(cameraId, { type: 'lost' });
    this.#schedule();
  }

  /** The camera's latest staged update, with the date of its last change. */
  of(cameraId: string): FirmwareUpdate | undefined {
    return this.#updates.dated(cameraId);
  }

  /** The camera's report at its last connection; undefined if it has not connected since the server started. */
  deviceOf(cameraId: string): CameraDevice | undefined {
    return this.#devices.get(cameraId);
  }

  /** Why the connected camera cannot take an update. @returns null when it can, or is offline */
  obstacleOf(cameraId: string): string | null {
    const device = this.#options.cameras.deviceOf(cameraId);
    return device ? connectionObstacle(device) : null;
  }

  /**
   * Offers the image to the camera now, or when it connects.
   *
   * @throws VigieError `notFound` for an unknown image, `conflict` when it does not suit this camera or another update
   * is under way; also errors of the store
   */
  async stage(cameraId: string, imageId: string, allowOlder: boolean): Promise<void> {
    const image = this.#options.images.find(imageId);
    const former = this.#updates.get(cameraId);
    if (former && isUnderWay(former))
      throw new VigieError('conflict', `the update to ${former.version} is under way; cancel it first`);
    const device = this.#devices.get(cameraId);
    const obstacle = this.obstacleOf(cameraId) ?? (device && imageObstacle(device, image, allowOlder));
    if (obstacle) throw new VigieError('conflict', obstacle);
    this.#offers.drop(cameraId);
    const update = stagedUpdate(image, allowOlder, this.#nowMs());
    this.#set(cameraId, update, update);
    // The caller learns now when the disk is full.
    try {
      await this.#updates.put(cameraId);
    } catch (error) {
      if (this.#updates.get(cameraId) === update) this.#updates.delete(cameraId);
      if (former && !this.#updates.get(cameraId)) this.#set(cameraId, former, former);
      throw error;
    }
    if (this.#updates.get(cameraId) !== update) return;
    this.#log.info({ cameraId, imageId, version: image.version, allowOlder }, 'firmware update staged');
    this.#offer(cameraId);
  }

  /** Also clears an ended update. Idempotent. @throws VigieError `conflict` when it is too late */
  cancel(cameraId: string): void {
    const update = this.#updates.get(cameraId);
    if (!update) return;
    if (update.state === 'restarting')
      throw new VigieError(
        'conflict',
        'the camera has the update and is restarting; it is too late to cancel',
      );
    if (isUnderWay(update)) return this.#apply(cameraId, { type: 'cancelled' });
    this.#remove(cameraId);
  }

  /** @throws VigieError `notFound`, or `conflict` while an update of a camera needs it */
  async removeImage(imageId: string): Promise<void> {
    if (this.#updates.needs(imageId))
      throw new VigieError('conflict', 'a camera is waiting to be updated with it; cancel that update first');
    await this.#options.images.remove(imageId);
    this.#updates.forgetImage(imageId);
  }

  /** Uses the token up. @throws VigieError `unauthorized` */
  download(imageId: string, token: string): Download {
    const redeemed = this.#offers.redeem(imageId, token);
    if (!redeemed)
      throw new VigieError(
        'unauthorized',
        'this token is not valid for this image, was already used, or has expired',
      );
    const { cameraId, offer } = redeemed;
    const image = this.#options.images.find(imageId);
    this.#log.info({ cameraId, imageId }, 'firmware download started');
    return { image, path: this.#options.images.pathOf(image), signal: offer.signal };
  }

  onConnected(cameraId: string): void {
    const device = this.#options.cameras.deviceOf(cameraId);
    if (!device) return;
    this.#devices.set(cameraId, device);
    this.#offers.drop(cameraId);
    const { firmware, rolledBackFrom } = device;
    this.#apply(cameraId, { type: 'connected', firmware, rolledBackFrom });
    this.#offer(cameraId);
    this.emit('changed', cameraId);
  }

  onOffline(cameraId: string): void {
    this.#offers.drop(cameraId);
    this.#apply(cameraId, { type: 'lost' });
    this.#apply(cameraId, { type: 'waiting', reason: null });
    this.emit('changed', cameraId);
  }

  onProgress(cameraId: string, { id, receivedBytes }: Omit<OtaProgressMessage, 'type'>): void {
    if (this.#offers.of(cameraId)?.id === id) this.#apply(cameraId, { type: 'progress', receivedBytes });
  }

  onResult(cameraId: string, result: OtaResultMessage): void {
    if (this.#offers.of(cameraId)?.id !== result.id) return;
    this.#apply(cameraId, { type: 'result', failure: result.ok ? null : result.reason });
  }

  removeCamera(cameraId: string): void {
    this.#offers.drop(cameraId);
    this.#updates.delete(cameraId);
    this.#devices.delete(cameraId);
  }

  /** The clock was set: updates changed since the start get their dates. */
  onClockChanged(change: ClockChange): void {
    for (const cameraId of this.#updates.onClockChanged(change)) this.emit('changed', cameraId);
    this.#schedule();
  }

  /** Ends updates whose deadline has passed. Called by a timer; tests call it with their own clock. */
  checkTime(): void {
    for (const cameraId of this.#updates.cameraIds) this.#apply(cameraId, { type: 'time' });
    this.#schedule();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#offers.close();
  }

  /** Offers the camera its waiting update, when both exist. */
  #offer(cameraId: string): void {
    const update = this.#updates.get(cameraId);
    const device = this.#options.cameras.deviceOf(cameraId);
    if (update?.state !== 'staged' || !device || update.imageId === null) return;
    const image = this.#options.images.find(update.imageId);
    const mismatch = imageObstacle(device, image, update.allowOlder);
    if (mismatch) return this.#apply(cameraId, { type: 'refused', reason: mismatch });
    const obstacle = connectionObstacle(device);
    if (obstacle) return this.#apply(cameraId, { type: 'waiting', reason: obstacle });
    this.#apply(cameraId, { type: 'offered', fromVersion: device.firmware });
    void this.#makeOffer(cameraId, image, update);
  }

  async #makeOffer(cameraId: string, image: StoredImage, update: FirmwareUpdate): Promise<void> {
    let offer;
    try {
      offer = this.#offers.make(cameraId, image, update);
      await offer.answered;
      if (this.#offers.of(cameraId) === offer) this.#apply(cameraId, { type: 'accepted' });
    } catch (error) {
      if (this.#offers.of(cameraId) !== offer) return;
      if (!(error instanceof VigieError))
        this.#log.error({ err: error, cameraId }, 'failed to offer a firmware update');
      const reason =
        error instanceof VigieError ? error.message : 'the server failed to send the offer; see its log';
      const lost = error instanceof VigieError && error.code === 'cameraOffline';
      this.#apply(cameraId, lost ? { type: 'lost' } : { type: 'refused', reason });
    }
  }

  #apply(cameraId: string, event: UpdateEvent): void {
    const before = this.#updates.get(cameraId);
    if (!before) return;
    const update = advance(before, event, this.#nowMs());
    if (update !== before) this.#set(cameraId, update, before);
  }

  #set(cameraId: string, update: FirmwareUpdate, before?: FirmwareUpdate): void {
    this.#updates.set(cameraId, update);
    const { state, version, reason } = update;
    if (before && before.state !== state) {
      const level = state === 'failed' || state === 'rolledBack' ? 'warn' : 'info';
      this.#log[level]({ cameraId, version, state, ...(reason && { reason }) }, 'firmware update advanced');
    }
    // Progress in bytes is not worth a write each.
    if (before?.state !== state || before.reason !== reason) this.#updates.keep(cameraId);
    if (!isUnderWay(update)) this.#offers.revoke(cameraId);
    this.#schedule();
    this.emit('changed', cameraId);
  }

  #remove(cameraId: string): void {
    this.#updates.remove(cameraId);
    this.emit('changed', cameraId);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const deadlineMs = this.#updates.nextDeadlineMs;
    if (this.#closed || deadlineMs === Infinity) return;
    const waitMs = Math.min(MAX_WAIT_MS, Math.max(0, deadlineMs - this.#nowMs()));
    this.#timer = setTimeout(() => this.checkTime(), waitMs + 1);
  }
}

/**
 * The privacy switch of the cameras: one for each, and one for all. It decides whether pictures of a camera exist at all: the
 * frame hub asks it for each frame (video/frame-hub.ts).
 *
 * Invariants: switching off takes effect at once, switching on only once it is stored; a server that starts with a camera off
 * passes on no picture of it; `changed` is emitted once for each camera whose switch has changed.
 */

import { IsolatingEmitter } from '../core/fan-out.ts';
import { wallTimeIn } from '../core/local-time.ts';
import type { SiteTime } from '../core/site-clock.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OffView, SwitchView } from '../wire/camera-switch.ts';
import type { ScheduleWindow } from '../wire/recording.ts';
import type { CameraSwitchStore, SwitchState } from './camera-switch-store.ts';
import { switched, SwitchPosition, type SwitchMoment } from './switch-position.ts';

export interface CameraSwitchOptions {
  store: { cameras: KnownCameras; cameraSwitches: CameraSwitchStore };
  time: SiteTime;
  /** IANA. */
  timeZone: () => string;
  log: Log;
}

/** Off hours are meant to the minute. */
const UPDATE_INTERVAL_MS = 1_000;

export class CameraSwitch extends IsolatingEmitter<{ changed: [cameraId: string, off: OffView | null] }> {
  readonly #options: CameraSwitchOptions;
  readonly #log: Log;
  readonly #all: SwitchPosition;
  readonly #cameras = new Map<string, SwitchPosition>();
  /** As last reported. */
  readonly #told = new Map<string, OffView | null>();
  readonly #timer: NodeJS.Timeout;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(options: CameraSwitchOptions) {
    const log = options.log.child({ component: 'cameras' });
    super((error) => log.error({ err: error }, 'failed to pass on that a camera was switched'));
    this.#options = options;
    this.#log = log;
    this.#all = new SwitchPosition(options.store.cameraSwitches.ofAll());
    this.#all.update(this.#moment);
    for (const { id } of options.store.cameras.list()) this.addCamera(id);
    this.#timer = setInterval(() => this.update(), UPDATE_INTERVAL_MS);
  }

  isOff(cameraId: string): boolean {
    return this.#all.off !== null || (this.#cameras.get(cameraId)?.off ?? null) !== null;
  }

  /** Why it is off; null while it is on. */
  offOf(cameraId: string): OffView | null {
    if (this.#all.off) return { ...this.#all.off, all: true };
    const off = this.#cameras.get(cameraId)?.off;
    return off ? { ...off, all: false } : null;
  }

  addCamera(cameraId: string): void {
    if (this.#cameras.has(cameraId)) return;
    const position = new SwitchPosition(this.#options.store.cameraSwitches.settingsOf(cameraId));
    position.update(this.#moment);
    this.#cameras.set(cameraId, position);
    this.#told.set(cameraId, this.offOf(cameraId));
  }

  removeCamera(cameraId: string): void {
    this.#cameras.delete(cameraId);
    this.#told.delete(cameraId);
  }

  /** @throws VigieError `notFound` */
  view(cameraId: string): SwitchView {
    return { off: this.offOf(cameraId), offHours: this.#position(cameraId).state.offHours };
  }

  viewOfAll(): SwitchView {
    const { off, state } = this.#all;
    return { off: off && { ...off, all: true }, offHours: state.offHours };
  }

  /** @throws VigieError `notFound`; `conflict` where switching it on has no effect */
  async switchOne(cameraId: string, off: boolean, username: string): Promise<void> {
    const position = this.#position(cameraId);
    if (!off && this.#all.off)
      throw new VigieError('conflict', 'all cameras are switched off: an administrator can switch them on');
    const moment = this.#moment();
    await this.#change(position, (state) => switched(state, off, username, moment), this.#storeOf(cameraId));
    this.#log.info({ cameraId, off, username }, 'camera switched');
  }

  async switchAll(off: boolean, username: string): Promise<void> {
    const moment = this.#moment();
    await this.#change(this.#all, (state) => switched(state, off, username, moment), this.#storeOfAll);
    this.#log.info({ off, username }, 'all cameras switched');
  }

  /** @throws VigieError `notFound` */
  async setHours(cameraId: string, offHours: ScheduleWindow[]): Promise<void> {
    const position = this.#position(cameraId);
    await this.#change(
      position,
      (state) => ({ ...state, offHours, onUntilMs: null }),
      this.#storeOf(cameraId),
    );
  }

  async setHoursOfAll(offHours: ScheduleWindow[]): Promise<void> {
    await this.#change(this.#all, (state) => ({ ...state, offHours, onUntilMs: null }), this.#storeOfAll);
  }

  /** The clock or its time zone was set: times computed with the old one are wrong. */
  onClockChanged(): void {
    for (const position of [this.#all, ...this.#cameras.values()]) position.set(position.state);
    this.update();
  }

  /** Off hours have begun or ended. */
  update(): void {
    this.#all.update(this.#moment);
    for (const [cameraId, position] of this.#cameras) {
      position.update(this.#moment);
      this.#tell(cameraId);
    }
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** One after the other, each on the newest state. If storing fails, a camera that was switched off stays off. */
  async #change(
    position: SwitchPosition,
    change: (state: SwitchState) => SwitchState,
    store: (state: SwitchState) => Promise<void>,
  ): Promise<void> {
    const wanted = change(position.state);
    if (wanted.byHand) this.#set(position, wanted);
    const earlier = this.#writes;
    const work = Promise.try(async () => {
      await earlier;
      await store(change(position.state));
      this.#set(position, change(position.state));
    });
    this.#writes = work.catch(() => undefined);
    await work;
  }

  #set(position: SwitchPosition, state: SwitchState): void {
    position.set(state);
    this.update();
  }

  readonly #storeOfAll = (state: SwitchState): Promise<void> =>
    this.#options.store.cameraSwitches.setAll(state);

  #storeOf(cameraId: string): (state: SwitchState) => Promise<void> {
    return (state) => this.#options.store.cameraSwitches.setSettings(cameraId, state);
  }

  #position(cameraId: string): SwitchPosition {
    findCamera(this.#options.store.cameras, cameraId);
    this.addCamera(cameraId);
    return this.#cameras.get(cameraId) ?? new SwitchPosition(undefined);
  }

  #tell(cameraId: string): void {
    const off = this.offOf(cameraId);
    const told = this.#told.get(cameraId) ?? null;
    if (JSON.stringify(off) === JSON.stringify(told)) return;
    this.#told.set(cameraId, off);
    this.emit('changed', cameraId, off);
  }

  readonly #moment = (): SwitchMoment => {
    const { time, timeZone } = this.#options;
    const nowMs = time.nowMs();
    return { nowMs, wall: wallTimeIn(timeZone(), nowMs) };
  };
}

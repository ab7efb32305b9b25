/**
 * Records the cameras: which there are, the settings of each, and its share of the quota.
 *
 * Invariants: every known camera is recorded as its settings say; an error of one camera neither stops nor delays another's
 * recording; a change of the clock moves each date once.
 */

import { serverClock } from '../core/clock.ts';
import { machineTimeZone } from '../core/local-time.ts';
import type { QuotaLimits } from '../core/recording/quota-ring.ts';
import { unmappedTime, type ClockChange } from '../core/site-clock.ts';
import type { EventView } from '../wire/event.ts';
import type { RecordingSettings, RecordingsFate } from '../wire/recording.ts';
import { DEFAULT_RECORDING } from './default-recording.ts';
import { RecordedCamera, type RecordedCameraOptions } from './recorded-camera.ts';

type CameraDefaults = Pick<RecordedCameraOptions, 'nowMs' | 'dates' | 'timeZone'>;

export interface RecorderOptions
  extends Omit<RecordedCameraOptions, keyof CameraDefaults>, Partial<CameraDefaults> {
  /** Without the cameras' own shares, which are in their settings. */
  limits: Omit<QuotaLimits, 'cameraBytes'>;
}

const UPDATE_INTERVAL_MS = 1_000;

export class Recorder {
  readonly #options: RecorderOptions & CameraDefaults;
  readonly #cameras = new Map<string, RecordedCamera>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: RecorderOptions) {
    this.#options = {
      nowMs: () => serverClock() / 1000,
      dates: unmappedTime(),
      timeZone: machineTimeZone,
      ...options,
    };
    this.#timer = setInterval(() => this.#update(), UPDATE_INTERVAL_MS);
  }

  /** Records the camera as configured from now on. Idempotent. */
  addCamera(cameraId: string): void {
    if (this.#cameras.has(cameraId)) return;
    const camera = new RecordedCamera(cameraId, this.settingsOf(cameraId), this.#options);
    this.#cameras.set(cameraId, camera);
    this.#shareQuota();
    camera.start();
  }

  /** The camera was removed. @param recordings what becomes of them, except protected ones, which stay */
  async removeCamera(cameraId: string, recordings: RecordingsFate = 'kept'): Promise<void> {
    const camera = this.#cameras.get(cameraId);
    this.#cameras.delete(cameraId);
    await camera?.close();
    this.#options.library.keepDatesSince(cameraId, undefined);
    this.#shareQuota();
    if (recordings === 'deleted') await this.#options.library.removeUnprotected(cameraId);
  }

  /** The camera was switched off or on: applies it, and discards its frames in memory. */
  switchCamera(cameraId: string): void {
    this.#cameras.get(cameraId)?.reapply();
  }

  settingsOf(cameraId: string): RecordingSettings {
    return { ...DEFAULT_RECORDING, ...this.#options.store.settingsOf(cameraId) };
  }

  /** Stored, and in force at once. */
  async setSettings(cameraId: string, settings: RecordingSettings): Promise<void> {
    await this.#options.store.setSettings(cameraId, settings);
    const camera = this.#cameras.get(cameraId);
    if (!camera) return;
    camera.setSettings(settings);
    this.#shareQuota();
    if ([...this.#cameras.values()].every((each) => each.settings.mode === 'off'))
      this.#options.library.forgetAlarm();
  }

  isRecording(cameraId: string): boolean {
    return this.#cameras.get(cameraId)?.isRecording ?? false;
  }

  /** Resolves once all files of a camera that are being created or completed are done. */
  async settled(cameraId: string): Promise<void> {
    await this.#cameras.get(cameraId)?.settled();
  }

  /** Takes an event when it starts, when its label changes and when it ends. An event without a length comes once, ended. */
  onEvent(event: EventView): void {
    this.#cameras.get(event.cameraId)?.onEvent(event);
  }

  /** The clock was set, or stood still: running recordings continue in new files, and wrong dates are corrected. */
  onClockChanged(change: ClockChange): void {
    this.#keepDates();
    const redating = this.#options.library.onClockChanged(change);
    for (const camera of this.#cameras.values()) camera.onClockChanged(change, redating);
  }

  /** Idempotent. Ends all open segments properly. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const cameras = [...this.#cameras.values()];
    this.#cameras.clear();
    await Promise.all(cameras.map((camera) => camera.close()));
  }

  #update(): void {
    for (const camera of this.#cameras.values()) camera.update();
    this.#keepDates();
  }

  #keepDates(): void {
    for (const camera of this.#cameras.values()) camera.keepDates();
  }

  #shareQuota(): void {
    const shares = [...this.#cameras].flatMap(([cameraId, { settings }]) =>
      settings.quotaBytes === null ? [] : [[cameraId, settings.quotaBytes] as const],
    );
    this.#options.library.setLimits({ ...this.#options.limits, cameraBytes: new Map(shares) });
  }
}

/**
 * Records the cameras: one recorder each, with its settings, events and share of the quota.
 *
 * Invariants: every known camera has a recorder; an error of one camera's recorder is logged, and neither stops nor delays
 * another's; a change of the clock moves each date once.
 */

import type { EncodedVideo } from '../core/video/encoded-frame.ts';
import { serverClock } from '../core/clock.ts';
import { machineTimeZone, wallTimeIn } from '../core/local-time.ts';
import type { Liveness } from '../core/link/camera-liveness.ts';
import { isRecordedFor } from '../core/recording/recorded-events.ts';
import { EventReach } from '../core/recording/event-reach.ts';
import type { QuotaLimits } from '../core/recording/quota-ring.ts';
import { unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { RecordingStore } from './recording-store.ts';
import type { EventView } from '../wire/event.ts';
import type { RecordingSettings, RecordingsFate } from '../wire/recording.ts';
import { CameraRecorder } from './camera-recorder.ts';
import { DEFAULT_RECORDING } from './default-recording.ts';
import { PreRollRecorder, type BatchEncoder, type RecordedPictures } from './pre-roll-recorder.ts';
import { RecordingGaps } from './recording-gaps.ts';
import type { RecordingLibrary } from './recording-library.ts';

export interface RecorderOptions {
  video: EncodedVideo & BatchEncoder;
  /** The JPEGs as they arrive, for the seconds before an event. */
  pictures: RecordedPictures;
  library: RecordingLibrary;
  store: RecordingStore;
  /** Whether a camera is live; always when left out. */
  liveness?: (cameraId: string) => Liveness;
  /** Without the cameras' own shares, which are in their settings. */
  limits: Omit<QuotaLimits, 'cameraBytes'>;
  log: Log;
  /** Server time, ms. */
  nowMs?: () => number;
  dates?: Dates;
  /** Time zone of the schedules, IANA; default: the machine's. */
  timeZone?: () => string;
}

const UPDATE_INTERVAL_MS = 1_000;
/** A shorter absence of the server is a restart. */
const WORTH_A_GAP_MS = 5_000;
const OLD_GAPS_MS = 90 * 24 * 3_600_000;

interface Recorded {
  recorder: CameraRecorder;
  gaps: RecordingGaps;
  settings: RecordingSettings;
  preRoll: PreRollRecorder;
  /** Open events. */
  events: Set<string>;
  reach: EventReach;
  /** Set after a failure until it works again. */
  failing: boolean;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #nowMs: () => number;
  readonly #dates: Dates;
  readonly #timeZone: () => string;
  readonly #cameras = new Map<string, Recorded>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => serverClock() / 1000);
    this.#dates = options.dates ?? unmappedTime();
    this.#timeZone = options.timeZone ?? machineTimeZone;
    this.#timer = setInterval(() => this.#update(), UPDATE_INTERVAL_MS);
  }

  /** Records the camera as configured from now on. Idempotent. */
  addCamera(cameraId: string): void {
    if (this.#cameras.has(cameraId)) return;
    const { video, pictures, library, store, liveness, log } = this.#options;
    const settings = this.settingsOf(cameraId);
    const gaps = new RecordingGaps(cameraId, store, log, this.#dates);
    const recorder = new CameraRecorder(
      {
        cameraId,
        video,
        library,
        gaps,
        localTime: () => wallTimeIn(this.#timeZone(), this.#dateNowMs()),
        ...(liveness && { liveness: () => liveness(cameraId) }),
        log,
        nowMs: this.#nowMs,
      },
      settings,
    );
    const camera: Recorded = {
      recorder,
      gaps,
      settings,
      preRoll: new PreRollRecorder({ cameraId, pictures, video, library, dates: this.#dates, log }),
      events: new Set<string>(),
      reach: new EventReach(),
      failing: false,
    };
    this.#cameras.set(cameraId, camera);
    this.#guarded(cameraId, camera, () => this.#noteAbsence(cameraId, settings));
    this.#guarded(cameraId, camera, () => this.#apply(camera));
  }

  /** The camera was removed. @param recordings what becomes of them, except protected ones, which stay */
  async removeCamera(cameraId: string, recordings: RecordingsFate = 'kept'): Promise<void> {
    const camera = this.#cameras.get(cameraId);
    this.#cameras.delete(cameraId);
    const recorded = camera?.recorder.close().catch((error: unknown) => {
      this.#options.log.error({ err: error, cameraId }, 'failed to end a camera’s recording');
    });
    await Promise.all([recorded, camera?.preRoll.close()]);
    this.#options.library.keepDatesSince(cameraId, undefined);
    this.#shareQuota();
    if (recordings === 'deleted') await this.#options.library.removeUnprotected(cameraId);
  }

  /** The camera was switched off or on: applies it, and discards its frames in memory. */
  switchCamera(cameraId: string): void {
    const camera = this.#cameras.get(cameraId);
    if (camera) this.#guarded(cameraId, camera, () => this.#apply(camera));
  }

  settingsOf(cameraId: string): RecordingSettings {
    return { ...DEFAULT_RECORDING, ...this.#options.store.settingsOf(cameraId) };
  }

  /** Stored, and in force at once. */
  async setSettings(cameraId: string, settings: RecordingSettings): Promise<void> {
    await this.#options.store.setSettings(cameraId, settings);
    const camera = this.#cameras.get(cameraId);
    if (!camera) return;
    camera.settings = settings;
    this.#apply(camera);
    if ([...this.#cameras.values()].every((each) => each.settings.mode === 'off'))
      this.#options.library.forgetAlarm();
  }

  isRecording(cameraId: string): boolean {
    return this.#cameras.get(cameraId)?.recorder.recording ?? false;
  }

  /** Once the files of a camera that are being made or ended are. */
  async settled(cameraId: string): Promise<void> {
    await this.#cameras.get(cameraId)?.recorder.settled();
  }

  /** Takes an event when it starts, when its label changes and when it ends. An event without a length comes once, ended. */
  onEvent(event: EventView): void {
    const { cameraId, id, startedAtMs, endedAtMs } = event;
    const camera = this.#cameras.get(cameraId);
    // An event that is already being recorded goes on, also under another label.
    if (camera && !camera.events.has(id) && isRecordedFor(camera.settings, event))
      this.onEventStarted(cameraId, id, startedAtMs);
    if (endedAtMs !== null) this.onEventEnded(cameraId, id, endedAtMs);
  }

  /** @param startedMs its date */
  onEventStarted(cameraId: string, eventId: string, startedMs: number): void {
    const camera = this.#cameras.get(cameraId);
    if (!camera) return;
    const quiet = !camera.recorder.recording;
    camera.events.add(eventId);
    camera.reach.start(
      eventId,
      this.#dates.serverUs(startedMs) / 1000 - camera.settings.preRollSeconds * 1000,
    );
    this.#guarded(cameraId, camera, () => camera.recorder.keepUntil(Infinity));
    if (quiet && camera.recorder.recording) void camera.preRoll.record(startedMs);
  }

  onEventEnded(cameraId: string, eventId: string, endedMs: number): void {
    const camera = this.#cameras.get(cameraId);
    if (!camera?.events.delete(eventId)) return;
    const endMs = this.#dates.serverUs(endedMs) / 1000;
    camera.reach.end(eventId, endMs);
    if (camera.events.size > 0) return;
    const untilMs = endMs + camera.settings.postRollSeconds * 1000;
    this.#guarded(cameraId, camera, () => camera.recorder.keepUntil(untilMs));
  }

  /** The clock was set, or stood still: what is being recorded goes on in new files, and what is dated wrong is redated. */
  onClockChanged(change: ClockChange): void {
    this.#keepDates();
    const { firstMs, done } = this.#options.library.onClockChanged(change);
    const atMs = change.atUs / 1000;
    for (const [cameraId, camera] of this.#cameras) {
      const { recorder, gaps, reach } = camera;
      this.#guarded(cameraId, camera, () => {
        gaps.onClockChanged(change, {
          wereRecorded: recorder.recording,
          firstMs: firstMs.get(cameraId),
          sinceMs: reach.sinceMs(atMs),
          done,
        });
        recorder.onClockChanged(change.kind === 'slept' ? change.byMs : 0);
      });
    }
  }

  /** Idempotent. Ends all open segments properly. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const cameras = [...this.#cameras.values()];
    this.#cameras.clear();
    await Promise.allSettled(cameras.flatMap(({ recorder, preRoll }) => [recorder.close(), preRoll.close()]));
  }

  #dateNowMs(): number {
    return Math.floor(this.#dates.dateMs(this.#nowMs() * 1000));
  }

  #update(): void {
    for (const [cameraId, camera] of this.#cameras)
      this.#guarded(cameraId, camera, () => camera.recorder.update());
    this.#keepDates();
  }

  #keepDates(): void {
    const nowMs = this.#nowMs();
    for (const [cameraId, { reach }] of this.#cameras)
      this.#options.library.keepDatesSince(cameraId, reach.sinceMs(nowMs));
  }

  /** An error of one camera's recorder is logged once until it works again. */
  #guarded(cameraId: string, camera: Recorded, work: () => void): void {
    try {
      work();
      camera.failing = false;
    } catch (error) {
      if (!camera.failing) this.#options.log.error({ err: error, cameraId }, 'failed to record a camera');
      camera.failing = true;
    }
  }

  #apply({ recorder, preRoll, settings }: Recorded): void {
    preRoll.setSettings(settings);
    this.#shareQuota();
    recorder.setSettings(settings);
  }

  #shareQuota(): void {
    const shares = [...this.#cameras].flatMap(([cameraId, { settings }]) =>
      settings.quotaBytes === null ? [] : [[cameraId, settings.quotaBytes] as const],
    );
    this.#options.library.setLimits({ ...this.#options.limits, cameraBytes: new Map(shares) });
  }

  #noteAbsence(cameraId: string, { mode }: RecordingSettings): void {
    const { store, log } = this.#options;
    const nowMs = this.#dateNowMs();
    const lastMs = store.newestOf(cameraId)?.endMs;
    const isOff = this.#options.liveness?.(cameraId).status === 'off';
    const wasAway =
      !isOff && mode === 'continuous' && lastMs !== undefined && nowMs - lastMs >= WORTH_A_GAP_MS;
    Promise.all([
      // A gap that was open when the server ended goes on as the server's.
      store.endGaps(cameraId, nowMs),
      store.endFrozenGap(cameraId, lastMs ?? nowMs),
      store.forgetGapsBefore(cameraId, nowMs - OLD_GAPS_MS),
      wasAway ? store.addGap(cameraId, 'serverDown', lastMs, nowMs) : undefined,
    ]).catch((error: unknown) => {
      log.error({ err: error, cameraId }, 'failed to store a gap');
    });
  }
}

/**
 * Records the cameras: one recorder each, what they are set to, the seconds before an event, and their shares of the quota.
 *
 * Invariant: every camera that is known has a recorder, and no camera's trouble reaches another's.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { EncodedFrame, EncodedVideo } from '../core/video/encoded-frame.ts';
import type { Subscription } from '../core/fan-out.ts';
import { serverClock } from '../core/clock.ts';
import { machineTimeZone, wallTimeIn } from '../core/local-time.ts';
import type { Liveness } from '../core/link/camera-liveness.ts';
import { PreRoll } from '../core/recording/pre-roll.ts';
import type { QuotaLimits } from '../core/recording/quota-ring.ts';
import { unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { RecordingStore } from './recording-store.ts';
import type { EventView } from '../wire/event.ts';
import type { RecordingSettings } from '../wire/recording.ts';
import { CameraRecorder } from './camera-recorder.ts';
import { DEFAULT_RECORDING } from './default-recording.ts';
import { RecordingGaps } from './recording-gaps.ts';
import type { RecordingLibrary } from './recording-library.ts';

export interface RecordedPictures {
  subscribe(cameraId: string, onFrame: (frame: CameraFrame) => void): Subscription;
}

export interface RecorderOptions {
  video: EncodedVideo & {
    encodeBatch(frames: readonly CameraFrame[], bitrateBps: number): Promise<EncodedFrame[]>;
  };
  /** The JPEGs as they come, for the seconds before an event. */
  pictures: RecordedPictures;
  library: RecordingLibrary;
  store: RecordingStore;
  /** Whether a camera is live; each is taken to be so when left out. */
  liveness?: (cameraId: string) => Liveness;
  /** Without the cameras' own shares, which are in their settings. */
  limits: Omit<QuotaLimits, 'cameraBytes'>;
  log: Log;
  /** Server time, ms. */
  nowMs?: () => number;
  dates?: Dates;
  /** Of the schedules, IANA; the machine's when left out. */
  timeZone?: () => string;
}

const UPDATE_INTERVAL_MS = 1_000;
/** Of JPEGs kept for one camera's pre-roll. */
const MAX_PRE_ROLL_BYTES = 16 * 1024 * 1024;
/** A server that was away for less was restarted, and no more. */
const WORTH_A_GAP_MS = 5_000;
const OLD_GAPS_MS = 90 * 24 * 3_600_000;

interface Recorded {
  recorder: CameraRecorder;
  gaps: RecordingGaps;
  settings: RecordingSettings;
  preRoll: PreRoll | undefined;
  pictures: Subscription | undefined;
  /** Events that go on. */
  events: Set<string>;
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

  /** From now on it is recorded as it is set to. Idempotent. */
  addCamera(cameraId: string): void {
    if (this.#cameras.has(cameraId)) return;
    const { video, library, store, liveness, log } = this.#options;
    const settings = this.settingsOf(cameraId);
    const gaps = new RecordingGaps(cameraId, store, log, this.#dates);
    this.#noteAbsence(cameraId, settings);
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
      preRoll: undefined,
      pictures: undefined,
      events: new Set<string>(),
    };
    this.#cameras.set(cameraId, camera);
    this.#apply(cameraId, camera);
  }

  /** The camera was removed: its recordings go with it. */
  async removeCamera(cameraId: string): Promise<void> {
    const camera = this.#cameras.get(cameraId);
    this.#cameras.delete(cameraId);
    camera?.pictures?.close();
    await camera?.recorder.close();
    await this.#options.library.removeCamera(cameraId);
    this.#shareQuota();
  }

  settingsOf(cameraId: string): RecordingSettings {
    return { ...DEFAULT_RECORDING, ...this.#options.store.settingsOf(cameraId) };
  }

  /** Kept, and in force at once. */
  async setSettings(cameraId: string, settings: RecordingSettings): Promise<void> {
    await this.#options.store.setSettings(cameraId, settings);
    const camera = this.#cameras.get(cameraId);
    if (!camera) return;
    camera.settings = settings;
    this.#apply(cameraId, camera);
    if ([...this.#cameras.values()].every((each) => each.settings.mode === 'off'))
      this.#options.library.forgetAlarm();
  }

  isRecording(cameraId: string): boolean {
    return this.#cameras.get(cameraId)?.recorder.recording ?? false;
  }

  /** @returns when this recording is whole, at most seconds later while its camera sends */
  async finish(cameraId: string, recordingId: string): Promise<void> {
    await this.#cameras.get(cameraId)?.recorder.finish(recordingId);
  }

  /** As it is told: when it starts, when more is known of it, when it ends. What has no length is told once, ended. */
  onEvent({ cameraId, id, startedAtMs, endedAtMs }: EventView): void {
    if (!this.#cameras.get(cameraId)?.events.has(id)) this.onEventStarted(cameraId, id, startedAtMs);
    if (endedAtMs !== null) this.onEventEnded(cameraId, id, endedAtMs);
  }

  /** @param startedMs its date */
  onEventStarted(cameraId: string, eventId: string, startedMs: number): void {
    const camera = this.#cameras.get(cameraId);
    if (!camera) return;
    const quiet = !camera.recorder.recording;
    camera.events.add(eventId);
    camera.recorder.keepUntil(Infinity);
    if (quiet && camera.recorder.recording) void this.#recordPreRoll(cameraId, camera, startedMs);
  }

  onEventEnded(cameraId: string, eventId: string, endedMs: number): void {
    const camera = this.#cameras.get(cameraId);
    if (!camera?.events.delete(eventId) || camera.events.size > 0) return;
    camera.recorder.keepUntil(this.#dates.serverUs(endedMs) / 1000 + camera.settings.postRollSeconds * 1000);
  }

  /** The clock was set, or stood still: what is being recorded goes on in new files, and what is dated wrong is dated anew. */
  onClockChanged(change: ClockChange): void {
    const recorded = [...this.#cameras].filter(([, { recorder }]) => recorder.onClockChanged());
    void this.#redate(change, new Set(recorded.map(([cameraId]) => cameraId)));
  }

  /** Idempotent. Ends what is being recorded as it should end. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const cameras = [...this.#cameras.values()];
    this.#cameras.clear();
    for (const { pictures } of cameras) pictures?.close();
    await Promise.all(cameras.map(({ recorder }) => recorder.close()));
  }

  /** @param recorded cameras that were being recorded */
  async #redate(change: ClockChange, recorded: ReadonlySet<string>): Promise<void> {
    const firstMs = await this.#options.library.onClockChanged(change);
    for (const [cameraId, { gaps }] of this.#cameras)
      gaps.onClockChanged(change, recorded.has(cameraId), firstMs.get(cameraId));
  }

  #dateNowMs(): number {
    return Math.floor(this.#dates.dateMs(this.#nowMs() * 1000));
  }

  #update(): void {
    for (const { recorder } of this.#cameras.values()) recorder.update();
  }

  #apply(cameraId: string, camera: Recorded): void {
    const { mode, preRollSeconds, fps } = camera.settings;
    camera.pictures?.close();
    camera.pictures = undefined;
    camera.preRoll = undefined;
    if (mode === 'events' && preRollSeconds > 0) {
      const preRoll = new PreRoll({
        maxMs: preRollSeconds * 1000,
        maxBytes: MAX_PRE_ROLL_BYTES,
        maxFps: fps,
      });
      camera.preRoll = preRoll;
      camera.pictures = this.#options.pictures.subscribe(cameraId, (frame) => preRoll.add(frame));
    }
    this.#shareQuota();
    camera.recorder.setSettings(camera.settings);
  }

  #shareQuota(): void {
    const shares = [...this.#cameras].flatMap(([cameraId, { settings }]) =>
      settings.quotaBytes === null ? [] : [[cameraId, settings.quotaBytes] as const],
    );
    this.#options.library.setLimits({ ...this.#options.limits, cameraBytes: new Map(shares) });
  }

  /** What was before the event becomes a recording of its own, which ends where the event's begins. */
  async #recordPreRoll(cameraId: string, camera: Recorded, startedMs: number): Promise<void> {
    const { video, library, log } = this.#options;
    const { bitrateBps, protectEvents, preRollSeconds } = camera.settings;
    try {
      const kept = camera.preRoll?.take() ?? [];
      // The newest picture is the first of the live recording.
      const newest = kept.pop();
      const fromUs = this.#dates.serverUs(startedMs) - preRollSeconds * 1_000_000;
      const frames = await video.encodeBatch(
        kept.filter(({ captureUs }) => captureUs >= fromUs),
        bitrateBps,
      );
      const [first] = frames;
      if (!first) return;
      const recording = await library.begin(first, protectEvents);
      for (const frame of frames) {
        if (frame.width === first.width && frame.height === first.height) recording.add(frame);
      }
      if (newest) recording.lastsUntil(newest.captureUs / 1000);
      await recording.close();
    } catch (error) {
      log.error({ err: error, cameraId }, 'failed to record the pre-roll of an event');
    }
  }

  #noteAbsence(cameraId: string, { mode }: RecordingSettings): void {
    const { store, log } = this.#options;
    const nowMs = this.#dateNowMs();
    const lastMs = store.newestOf(cameraId)?.endMs;
    const wasAway = mode === 'continuous' && lastMs !== undefined && nowMs - lastMs >= WORTH_A_GAP_MS;
    Promise.all([
      // A gap that was open when the server ended goes on as the server's.
      store.endGaps(cameraId, nowMs),
      store.forgetGapsBefore(cameraId, nowMs - OLD_GAPS_MS),
      wasAway ? store.addGap(cameraId, 'serverDown', lastMs, nowMs) : undefined,
    ]).catch((error: unknown) => {
      log.error({ err: error, cameraId }, 'failed to store a gap');
    });
  }
}

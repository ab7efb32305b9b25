/**
 * Everything that records one camera: its recorder, the seconds before an event, its events and gaps.
 *
 * Invariant: an error in recording this camera is logged once until recording works again, and reaches no caller.
 */

import type { EncodedVideo } from '../core/video/encoded-frame.ts';
import { wallTimeIn } from '../core/local-time.ts';
import type { Liveness } from '../core/link/camera-liveness.ts';
import { isRecordedFor } from '../core/recording/recorded-events.ts';
import { EventReach } from '../core/recording/event-reach.ts';
import type { ClockChange, Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { RecordingStore } from './recording-store.ts';
import type { EventView } from '../wire/event.ts';
import type { RecordingSettings } from '../wire/recording.ts';
import { CameraRecorder } from './camera-recorder.ts';
import { PreRollRecorder, type BatchEncoder, type RecordedPictures } from './pre-roll-recorder.ts';
import { RecordingGaps } from './recording-gaps.ts';
import type { RecordingLibrary } from './recording-library.ts';
import type { Redating } from './redate-recordings.ts';

export interface RecordedCameraOptions {
  video: EncodedVideo & BatchEncoder;
  /** The JPEGs as they arrive, for the seconds before an event. */
  pictures: RecordedPictures;
  library: RecordingLibrary;
  store: RecordingStore;
  /** Whether a camera is live; always when left out. */
  liveness?: (cameraId: string) => Liveness;
  log: Log;
  /** Server time, ms. */
  nowMs: () => number;
  dates: Dates;
  /** Time zone of the schedules, IANA. */
  timeZone: () => string;
}

/** A shorter absence of the server is a restart. */
const WORTH_A_GAP_MS = 5_000;
const OLD_GAPS_MS = 90 * 24 * 3_600_000;

export class RecordedCamera {
  readonly cameraId: string;
  readonly #options: RecordedCameraOptions;
  readonly #recorder: CameraRecorder;
  readonly #gaps: RecordingGaps;
  readonly #preRoll: PreRollRecorder;
  /** Open events. */
  readonly #events = new Set<string>();
  readonly #reach = new EventReach();
  #settings: RecordingSettings;
  #failing = false;

  constructor(cameraId: string, settings: RecordingSettings, options: RecordedCameraOptions) {
    const { video, pictures, library, store, liveness, log, nowMs, dates, timeZone } = options;
    this.cameraId = cameraId;
    this.#options = options;
    this.#settings = settings;
    this.#gaps = new RecordingGaps(cameraId, store, log, dates);
    this.#recorder = new CameraRecorder(
      {
        cameraId,
        video,
        library,
        gaps: this.#gaps,
        localTime: () => wallTimeIn(timeZone(), this.#dateNowMs()),
        ...(liveness && { liveness: () => liveness(cameraId) }),
        log,
        nowMs,
      },
      settings,
    );
    this.#preRoll = new PreRollRecorder({ cameraId, pictures, video, library, dates, log });
  }

  get settings(): RecordingSettings {
    return this.#settings;
  }

  get isRecording(): boolean {
    return this.#recorder.recording;
  }

  /** Begins, and notes the time since its last recording as the server's absence. */
  start(): void {
    this.#guarded(() => this.#noteAbsence());
    this.reapply();
  }

  /** @throws Error if recording cannot change over: the settings are then those that were asked for */
  setSettings(settings: RecordingSettings): void {
    this.#settings = settings;
    this.#apply();
  }

  /** The camera was switched off or on: its frames in memory are discarded. */
  reapply(): void {
    this.#guarded(() => this.#apply());
  }

  /** Once the files that are being made or ended are. */
  async settled(): Promise<void> {
    await this.#recorder.settled();
  }

  /** Takes an event when it starts, when its label changes and when it ends. An event without a length comes once, ended. */
  onEvent(event: EventView): void {
    const { id, startedAtMs, endedAtMs } = event;
    // An event that is already being recorded goes on, also under another label.
    if (!this.#events.has(id) && isRecordedFor(this.#settings, event)) this.#startEvent(id, startedAtMs);
    if (endedAtMs !== null) this.#endEvent(id, endedAtMs);
  }

  /** The recording goes on in a new file. */
  onClockChanged(change: ClockChange, { firstMs, done }: Redating): void {
    this.#guarded(() => {
      this.#gaps.onClockChanged(change, {
        wereRecorded: this.#recorder.recording,
        firstMs: firstMs.get(this.cameraId),
        sinceMs: this.#reach.sinceMs(change.atUs / 1000),
        done,
      });
      this.#recorder.onClockChanged(change.kind === 'slept' ? change.byMs : 0);
    });
  }

  /** To be called about once a second. */
  update(): void {
    this.#guarded(() => this.#recorder.update());
  }

  /** Keeps the dates since the start of an event that reaches up to now together. */
  keepDates(): void {
    this.#options.library.keepDatesSince(this.cameraId, this.#reach.sinceMs(this.#options.nowMs()));
  }

  /** Idempotent. Ends open segments properly. Never rejects. */
  async close(): Promise<void> {
    const ends = await Promise.allSettled([this.#recorder.close(), this.#preRoll.close()]);
    for (const end of ends)
      if (end.status === 'rejected')
        this.#options.log.error(
          { err: end.reason as unknown, cameraId: this.cameraId },
          'failed to end a camera’s recording',
        );
  }

  #startEvent(eventId: string, startedMs: number): void {
    const { dates } = this.#options;
    const quiet = !this.#recorder.recording;
    this.#events.add(eventId);
    this.#reach.start(eventId, dates.serverUs(startedMs) / 1000 - this.#settings.preRollSeconds * 1000);
    this.#guarded(() => this.#recorder.keepUntil(Infinity));
    if (quiet && this.#recorder.recording) void this.#preRoll.record(startedMs);
  }

  #endEvent(eventId: string, endedMs: number): void {
    if (!this.#events.delete(eventId)) return;
    const endMs = this.#options.dates.serverUs(endedMs) / 1000;
    this.#reach.end(eventId, endMs);
    if (this.#events.size > 0) return;
    const untilMs = endMs + this.#settings.postRollSeconds * 1000;
    this.#guarded(() => this.#recorder.keepUntil(untilMs));
  }

  #apply(): void {
    this.#preRoll.setSettings(this.#settings);
    this.#recorder.setSettings(this.#settings);
  }

  #dateNowMs(): number {
    const { dates, nowMs } = this.#options;
    return Math.floor(dates.dateMs(nowMs() * 1000));
  }

  #guarded(work: () => void): void {
    try {
      work();
      this.#failing = false;
    } catch (error) {
      const { log } = this.#options;
      if (!this.#failing) log.error({ err: error, cameraId: this.cameraId }, 'failed to record a camera');
      this.#failing = true;
    }
  }

  #noteAbsence(): void {
    const { cameraId } = this;
    const { store, log, liveness } = this.#options;
    const { mode } = this.#settings;
    const nowMs = this.#dateNowMs();
    const lastMs = store.newestOf(cameraId)?.endMs;
    const isOff = liveness?.(cameraId).status === 'off';
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

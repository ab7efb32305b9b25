/**
 * Analyses the pictures of cameras with motion detection, and writes events into the event log.
 *
 * Invariant: a started event always ends, whatever happens to the camera.
 */

import { unmappedTime, type Dates } from '../core/site-clock.ts';
import type { Subscription } from '../core/fan-out.ts';
import type { LumaFrame } from '../core/video/luma-frame.ts';
import { MOTION_DEFAULTS, MotionDetector, type ZoneChange } from '../core/motion/motion-detector.ts';
import type { MotionEpisode } from '../core/motion/motion-episodes.ts';
import type { MotionStore } from './motion-store.ts';
import type { MotionView } from '../wire/motion.ts';

/** Source of luma pictures. */
export interface LumaSource {
  subscribeLuma(cameraId: string, onLuma: (frame: LumaFrame) => void): Subscription;
}

/** Destination of the events, which never waits and logs its own errors. */
export interface MotionLog {
  start(event: {
    cameraId: string;
    source: 'motion';
    kind: 'motion';
    startedAtMs: number;
    zones: string[];
    score: number;
  }): { id: string };
  update(id: string, findings: { zones: string[]; score: number }): void;
  end(id: string, endedAtMs: number): void;
}

export const DEFAULT_MOTION: MotionView = {
  enabled: false,
  sensitivity: MOTION_DEFAULTS.sensitivity,
  minArea: MOTION_DEFAULTS.minArea,
  minDurationMs: MOTION_DEFAULTS.minDurationMs,
  quietMs: MOTION_DEFAULTS.quietMs,
  zones: [],
  masks: [],
  separateZones: MOTION_DEFAULTS.separateZones,
};

interface Watched {
  settings: MotionView;
  detector: MotionDetector;
  subscription: Subscription;
  /** Continuing events, by the detector's groups of zones. */
  eventIds: Map<string, string>;
}

export class MotionWatch {
  readonly #source: LumaSource;
  readonly #events: MotionLog;
  readonly #store: MotionStore;
  readonly #dates: Dates;
  readonly #watched = new Map<string, Watched>();

  constructor(source: LumaSource, events: MotionLog, store: MotionStore, dates: Dates = unmappedTime()) {
    this.#dates = dates;
    this.#source = source;
    this.#events = events;
    this.#store = store;
  }

  settingsOf(cameraId: string): MotionView {
    return { ...DEFAULT_MOTION, ...this.#store.settingsOf(cameraId) };
  }

  /** Stored, and in effect at once: the background is learned again. */
  async setSettings(cameraId: string, settings: MotionView): Promise<void> {
    await this.#store.setSettings(cameraId, settings);
    this.forget(cameraId);
    this.addCamera(cameraId);
  }

  /** Starts watching the camera, if configured. Idempotent. */
  addCamera(cameraId: string): void {
    const settings = this.settingsOf(cameraId);
    if (!settings.enabled || this.#watched.has(cameraId)) return;
    const watched: Watched = {
      settings,
      detector: new MotionDetector(settings),
      subscription: this.#source.subscribeLuma(cameraId, (frame) =>
        this.#tell(cameraId, watched, watched.detector.analyse(frame)),
      ),
      eventIds: new Map(),
    };
    this.#watched.set(cameraId, watched);
  }

  /** The camera is offline; its view may have changed when it returns. */
  onOffline(cameraId: string): void {
    const watched = this.#watched.get(cameraId);
    if (watched) this.#tell(cameraId, watched, watched.detector.reset());
  }

  /** The camera was removed, or is no longer watched. */
  forget(cameraId: string): void {
    this.onOffline(cameraId);
    this.#watched.get(cameraId)?.subscription.close();
    this.#watched.delete(cameraId);
  }

  /** Idempotent. Continuing events end. */
  close(): void {
    for (const cameraId of this.#watched.keys()) this.forget(cameraId);
  }

  #tell(cameraId: string, watched: Watched, changes: readonly ZoneChange[]): void {
    for (const change of changes) this.#write(cameraId, watched, change);
  }

  #write(cameraId: string, { settings, eventIds }: Watched, { type, group, episode }: ZoneChange): void {
    const findings = { zones: zoneNames(settings, episode), score: episode.score };
    const eventId = eventIds.get(group);
    if (type === 'started') {
      const startedAtMs = this.#dates.dateMs(episode.startedUs);
      const start = { cameraId, source: 'motion', kind: 'motion', startedAtMs, ...findings } as const;
      eventIds.delete(group);
      eventIds.set(group, this.#events.start(start).id);
    } else if (eventId !== undefined) {
      if (type === 'ended') eventIds.delete(group);
      this.#events.update(eventId, findings);
      if (type === 'ended') this.#events.end(eventId, this.#dates.dateMs(episode.lastUs));
    }
  }
}

/** The zones' names; empty without zones. */
function zoneNames({ zones }: MotionView, { zoneIds }: MotionEpisode): string[] {
  return zoneIds.flatMap((id) => zones.find((zone) => zone.id === id)?.name ?? []);
}

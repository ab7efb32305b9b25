/**
 * Takes the reports of analysers on the cameras' pictures: each object is one event of the kind `detection`, and the
 * boxes of each report go to the viewers. core/detection/ decides which boxes are one object.
 *
 * Invariants: a started event always ends, whatever happens to its analyser or its camera; no report is accepted about a camera
 * that is switched off, or an object in a mask; an analyser that reports too often is refused and counted, without effect on
 * others; the data kept for a camera are bounded.
 */

import { RecentFrames } from '../core/detection/recent-frames.ts';
import { footOf, insidePicture } from '../core/detection/box.ts';
import { ObjectTracks, type ObjectChange } from '../core/detection/object-tracks.ts';
import type { ObjectZone, TrackedObject } from '../core/detection/tracked-object.ts';
import { IsolatingEmitter, type Subscription } from '../core/fan-out.ts';
import { isInside } from '../core/motion/motion-zones.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import type { SiteTime } from '../core/site-clock.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { switchedOff, type CameraFrames } from '../core/video/camera-frame.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DetectedBox, DetectionReceipt, DetectionReport, LiveDetections } from '../wire/detection.ts';
import type { MotionArea, MotionView } from '../wire/motion.ts';
import type { DetectionPictures } from './detection-pictures.ts';
import type { EventLog } from './event-log.ts';

/** A program that reports; its name is that of its API key. */
export interface Analyser {
  id: string;
  name: string;
}

export interface DetectionsOptions {
  events: Pick<EventLog, 'start' | 'update' | 'end'>;
  frames: Pick<CameraFrames, 'subscribe' | 'latest'>;
  pictures: Pick<DetectionPictures, 'take' | 'forget'>;
  /** Drawn by users: zones have names, and objects in a mask are ignored. */
  areasOf: (cameraId: string) => Pick<MotionView, 'zones' | 'masks'>;
  isOff: (cameraId: string) => boolean;
  time: SiteTime;
  log: Log;
}

/** Longest time from the capture of a picture to the report about it. */
const MAX_LATE_MS = 60_000;
/** Precision of the comparison of clocks. */
const MAX_EARLY_MS = 2_000;
/** Reports of one analyser on one camera. */
const REPORTS = { perSecond: 30, burst: 60 };
const MAX_ANALYSERS = 1_000;
/** Frames of a camera are kept for this long after the last report. */
const IDLE_US = 30_000_000;
const SWEEP_MS = 1_000;
/** Least gain in score for which a picture replaces another. */
const CLEARLY_BETTER = 0.05;

interface Analysed {
  tracks: ObjectTracks;
  recent: RecentFrames;
  subscription: Subscription;
  reportedUs: number;
  /** Continuing events: the object, its event, and the score of its picture. */
  events: Map<TrackedObject, { id: string; pictureScore: number }>;
}

export class Detections extends IsolatingEmitter<{ seen: [LiveDetections] }> {
  readonly #options: DetectionsOptions;
  readonly #analysed = new Map<string, Analysed>();
  readonly #budgets = new RecentlyUsed<string, TokenBucket>(MAX_ANALYSERS);
  readonly #counters = { reports: 0, refused: 0, passedOver: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DetectionsOptions) {
    const log = options.log.child({ component: 'events' });
    super((error) => log.error({ err: error }, 'failed to pass on detections'));
    this.#options = options;
  }

  /** `refused`: reports above the rate; `passedOver`: objects above the limit of tracked ones. */
  get counters(): Readonly<{ reports: number; refused: number; passedOver: number }> {
    let { passedOver } = this.#counters;
    for (const { tracks } of this.#analysed.values()) passedOver += tracks.passedOver;
    return { ...this.#counters, passedOver };
  }

  /**
   * @param cameraId a known camera that the analyser may report about
   * @throws VigieError `cameraOff`; `tooManyRequests`; `unprocessable` for a picture of the future or of long ago
   */
  report(cameraId: string, report: DetectionReport, analyser: Analyser): DetectionReceipt {
    const { time, isOff, areasOf } = this.#options;
    if (isOff(cameraId)) throw switchedOff();
    const nowUs = time.nowUs();
    this.#admit(cameraId, analyser, nowUs);
    const captureUs = this.#captureUs(report.capturedAtMs, nowUs);
    const boxes = report.boxes.map((box) => insidePicture(box));
    const analysed = this.#analysed.get(cameraId) ?? this.#begin(cameraId, nowUs);
    analysed.reportedUs = nowUs;
    this.#counters.reports++;
    const { zones, masks } = areasOf(cameraId);
    const shown = boxes.filter((box) => !isIn(masks, box));
    const { changes, objects } = analysed.tracks.report(
      { boxes: shown, captureUs, zones: zones.map(zoneOf) },
      nowUs,
    );
    this.#write(cameraId, analysed, changes, analyser);
    for (const object of new Set(objects)) if (object) this.#picture(cameraId, analysed, object);
    this.emit('seen', { cameraId, analyser: analyser.name, captureUs, boxes: shown });
    const objectOf = new Map(shown.map((box, index) => [box, objects[index]]));
    const eventIdOf = (object: TrackedObject | undefined): string | null =>
      (object && analysed.events.get(object)?.id) ?? null;
    return { objects: boxes.map((box) => ({ eventId: eventIdOf(objectOf.get(box)) })) };
  }

  /** The camera was removed or switched off: its events end, its frames are dropped. */
  forget(cameraId: string): void {
    const analysed = this.#analysed.get(cameraId);
    if (!analysed) return;
    this.#write(cameraId, analysed, analysed.tracks.end());
    this.#counters.passedOver += analysed.tracks.passedOver;
    analysed.subscription.close();
    this.#options.pictures.forget(cameraId);
    this.#analysed.delete(cameraId);
    if (this.#analysed.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Idempotent. Continuing events end. */
  close(): void {
    for (const cameraId of this.#analysed.keys()) this.forget(cameraId);
  }

  #admit(cameraId: string, { id }: Analyser, nowUs: number): void {
    const key = `${id} ${cameraId}`;
    const budget = this.#budgets.get(key) ?? new TokenBucket(REPORTS.perSecond, REPORTS.burst, nowUs);
    this.#budgets.set(key, budget);
    if (budget.take(nowUs)) return;
    this.#counters.refused++;
    throw new VigieError(
      'tooManyRequests',
      `too many reports of this camera: send at most ${REPORTS.perSecond} a second`,
      { retryAfterSeconds: 1 },
    );
  }

  #captureUs(capturedAtMs: number, nowUs: number): number {
    const captureUs = this.#options.time.serverUs(capturedAtMs);
    const lateMs = Math.round((nowUs - captureUs) / 1000);
    if (lateMs >= -MAX_EARLY_MS && lateMs <= MAX_LATE_MS) return Math.min(captureUs, nowUs);
    const wrong =
      lateMs > 0 ? `${lateMs} ms ago; report within ${MAX_LATE_MS / 1000} s` : `${-lateMs} ms in the future`;
    throw new VigieError(
      'unprocessable',
      `capturedAtMs is ${wrong}: give the time that came with the picture (X-Timestamp, in seconds)`,
    );
  }

  #begin(cameraId: string, nowUs: number): Analysed {
    const { frames } = this.#options;
    const recent = new RecentFrames();
    const latest = frames.latest(cameraId);
    if (latest) recent.keep(latest);
    const analysed: Analysed = {
      tracks: new ObjectTracks(nowUs),
      recent,
      subscription: frames.subscribe(cameraId, (frame) => recent.keep(frame)),
      reportedUs: nowUs,
      events: new Map(),
    };
    this.#analysed.set(cameraId, analysed);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return analysed;
  }

  #sweep(): void {
    const nowUs = this.#options.time.nowUs();
    for (const [cameraId, analysed] of this.#analysed) {
      this.#write(cameraId, analysed, analysed.tracks.expire(nowUs));
      if (nowUs - analysed.reportedUs >= IDLE_US) this.forget(cameraId);
    }
  }

  #write(
    cameraId: string,
    { events: started }: Analysed,
    changes: readonly ObjectChange[],
    analyser?: Analyser,
  ): void {
    const { events, time } = this.#options;
    for (const { type, object } of changes) {
      const { label } = object;
      const findings = { zones: this.#zoneNames(cameraId, object), score: object.score };
      const known = started.get(object);
      if (type === 'started') {
        const startedAtMs = time.dateMs(object.startedUs);
        const sourceName = analyser?.name ?? '';
        const { id } = events.start({
          cameraId,
          source: 'analyser',
          sourceName,
          kind: 'detection',
          label,
          startedAtMs,
          ...findings,
        });
        started.set(object, { id, pictureScore: -1 });
      } else if (known) {
        events.update(known.id, type === 'changed' ? { ...findings, label } : findings);
        if (type === 'changed') continue;
        started.delete(object);
        events.end(known.id, time.dateMs(object.lastUs));
      }
    }
  }

  /** The picture in which it was seen best, once it is clearly better than the one before. */
  #picture(cameraId: string, { recent, events }: Analysed, object: TrackedObject): void {
    const event = events.get(object);
    if (!event || object.score < event.pictureScore + CLEARLY_BETTER) return;
    const best = recent.at(object.bestUs);
    // Its best view came before frames were kept: any picture of it is better than none.
    const frame = best ?? (event.pictureScore < 0 ? recent.at(object.lastUs) : undefined);
    if (!frame) return;
    event.pictureScore = best ? object.score : 0;
    this.#options.pictures.take({ cameraId, id: event.id }, frame);
  }

  #zoneNames(cameraId: string, { zoneIds }: TrackedObject): string[] {
    const { zones } = this.#options.areasOf(cameraId);
    return zoneIds.flatMap((id) => zones.find((area) => area.id === id)?.name ?? []);
  }
}

/** The object is in a mask, by the same rule as for zones. */
function isIn(areas: readonly MotionArea[], box: DetectedBox): boolean {
  const { x, y } = footOf(box);
  return areas.some(({ points }) => isInside(x, y, points));
}

function zoneOf({ id, points }: MotionArea): ObjectZone {
  return { id, has: (x, y) => isInside(x, y, points) };
}

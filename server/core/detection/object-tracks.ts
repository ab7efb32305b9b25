/**
 * Turns the reports of a camera's analysers into objects with a start and an end: each box is matched with the object that it
 * shows, and an object that is seen long enough is reported once, with all its later sightings. Pure; times are µs of server
 * time.
 *
 * Invariants: a started object ends once, when no analyser has reported it for `LOST_US`; at most `MAX_OBJECTS` are tracked,
 * whatever is reported; the rate of started objects is limited; two boxes of one report never count as one object, unless they
 * nearly cover each other. Several analysers of one camera share its objects, so an object that two of them see is one object.
 */

import type { DetectedBox } from '../../wire/detection.ts';
import { TokenBucket } from '../token-bucket.ts';
import { overlapOf } from './box.ts';
import { TrackedObject, type ObjectZone } from './tracked-object.ts';

/** An object begins with a score of at least `begin` and goes on while it is at least `keep`; `sure` needs no second picture. */
export const SCORES = { begin: 0.5, keep: 0.3, sure: 0.8 };
/** Time without a report after which an object has gone. */
export const LOST_US = 5_000_000;
export const MAX_OBJECTS = 32;
/** Objects that may start, in the long run and at once: above this, a report is noise. */
const STARTS = { perSecond: 0.5, burst: 20 };
const SIGHTINGS_TO_START = 2;
/** Overlap from which two boxes of one report show one object twice. */
const SAME_BOX = 0.5;

export interface ObjectChange {
  type: 'started' | 'changed' | 'ended';
  object: TrackedObject;
}

export interface ObjectReport {
  boxes: readonly DetectedBox[];
  captureUs: number;
  zones: readonly ObjectZone[];
}

interface Followed {
  object: TrackedObject;
  hasStarted: boolean;
  /** When it was last reported, which may be long after the picture was captured. */
  reportedUs: number;
}

export class ObjectTracks {
  readonly #starts: TokenBucket;
  #followed: Followed[] = [];
  /** Boxes that began no object because there were too many. */
  passedOver = 0;

  constructor(nowUs: number) {
    this.#starts = new TokenBucket(STARTS.perSecond, STARTS.burst, nowUs);
  }

  /** Number of tracked objects. */
  get size(): number {
    return this.#followed.length;
  }

  /** @returns the changes, and the object of each box; undefined for a box without an object, or whose object has not started */
  report(
    { boxes, captureUs, zones }: ObjectReport,
    nowUs: number,
  ): { changes: ObjectChange[]; objects: (TrackedObject | undefined)[] } {
    const changes = this.expire(nowUs);
    const matches = this.#match(boxes, captureUs);
    for (const [index, followed] of matches) {
      const box = boxes[index] as DetectedBox;
      const hasChanged = followed.object.see(box, captureUs, zones);
      followed.reportedUs = nowUs;
      if (hasChanged && followed.hasStarted) changes.push({ type: 'changed', object: followed.object });
    }
    boxes.forEach((box, index) => {
      if (matches.has(index) || box.score < SCORES.begin) return;
      const twin = [...matches].find(([other]) => isSame(boxes[other] as DetectedBox, box));
      const followed = twin?.[1] ?? this.#follow(new TrackedObject(box, captureUs, zones), nowUs);
      if (followed) matches.set(index, followed);
    });
    for (const followed of new Set(matches.values()))
      if (this.#starting(followed, nowUs)) changes.push({ type: 'started', object: followed.object });
    const objects = boxes.map((_, index) => {
      const followed = matches.get(index);
      return followed?.hasStarted ? followed.object : undefined;
    });
    return { changes, objects };
  }

  /** Call it about once a second. @returns objects that have gone */
  expire(nowUs: number): ObjectChange[] {
    const gone = this.#followed.filter(({ reportedUs }) => nowUs - reportedUs >= LOST_US);
    this.#followed = this.#followed.filter((each) => !gone.includes(each));
    return ended(gone);
  }

  /** The camera was switched off or removed. */
  end(): ObjectChange[] {
    return ended(this.#followed.splice(0));
  }

  /** The best pairs first, each box and each object once. */
  #match(boxes: readonly DetectedBox[], captureUs: number): Map<number, Followed> {
    const pairs = this.#followed
      .filter(({ object }) => Math.abs(captureUs - object.lastUs) < LOST_US)
      .flatMap((followed) =>
        boxes.flatMap((box, index) => {
          const affinity = box.score < SCORES.keep ? 0 : followed.object.affinity(box, captureUs);
          return affinity > 0 ? [{ index, followed, affinity }] : [];
        }),
      )
      .sort((a, b) => b.affinity - a.affinity);
    const matches = new Map<number, Followed>();
    const taken = new Set<Followed>();
    for (const { index, followed } of pairs) {
      if (matches.has(index) || taken.has(followed)) continue;
      matches.set(index, followed);
      taken.add(followed);
    }
    return matches;
  }

  /** A new object replaces one that has not started. @returns undefined when there are too many */
  #follow(object: TrackedObject, nowUs: number): Followed | undefined {
    if (this.#followed.length >= MAX_OBJECTS) {
      const oldest = this.#followed.findIndex(
        ({ hasStarted, reportedUs }) => !hasStarted && reportedUs < nowUs,
      );
      if (oldest < 0) {
        this.passedOver++;
        return undefined;
      }
      this.#followed.splice(oldest, 1);
    }
    const followed = { object, hasStarted: false, reportedUs: nowUs };
    this.#followed.push(followed);
    return followed;
  }

  #starting(followed: Followed, nowUs: number): boolean {
    const { object, hasStarted } = followed;
    if (hasStarted || (object.sightings < SIGHTINGS_TO_START && object.score < SCORES.sure)) return false;
    if (!this.#starts.take(nowUs)) {
      this.passedOver++;
      return false;
    }
    followed.hasStarted = true;
    return true;
  }
}

function isSame(a: DetectedBox, b: DetectedBox): boolean {
  return a.label === b.label && overlapOf(a, b) >= SAME_BOX;
}

function ended(followed: readonly Followed[]): ObjectChange[] {
  return followed.flatMap(({ object, hasStarted }) => (hasStarted ? [{ type: 'ended', object }] : []));
}

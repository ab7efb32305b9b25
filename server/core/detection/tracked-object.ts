/**
 * One object in front of a camera, followed from picture to picture: its position, its label, its zones, and its best sighting.
 * Times are µs of server time; those of sightings are capture times.
 *
 * Invariant: the label changes only for another that has clearly more weight, so that two labels in turn do not make it flicker.
 */

import type { DetectedBox } from '../../wire/detection.ts';
import { centreOf, footOf, overlapOf, sizeRatioOf, type Box } from './box.ts';

export interface ObjectZone {
  readonly id: string;
  /** Whether the point lies in it, in shares of the picture. */
  has(x: number, y: number): boolean;
}

/** Each sighting weighs more than the one before, so that the last ten decide. */
const WEIGHT_KEPT = 0.9;
const CLEARLY_MORE = 1.5;
const MAX_LABELS = 8;
/** Largest distance of a centre from the expected one, in sizes of the object: at once, for each second, and at most. */
const REACH = { atOnce: 0.5, perSecond: 1, atMost: 2 };
/** Factor in size beyond which a box shows another object. */
const MIN_SIZE_RATIO = 0.25;
/** A box with a label that the object never had is the same object only where the two nearly cover each other. */
const MIN_OVERLAP_OF_OTHER_LABEL = 0.5;
/** After a longer time, its direction says little about its present position. */
const MAX_AHEAD_US = 1_000_000;

interface Vote {
  weight: number;
  score: number;
  bestUs: number;
}

export class TrackedObject {
  readonly #votes = new Map<string, Vote>();
  readonly #zoneIds: string[] = [];
  #label: string;
  #box: Box;
  /** Shares of the picture a µs. */
  #speed = { x: 0, y: 0 };
  #sightings = 1;
  #startedUs: number;
  #lastUs: number;

  constructor(box: DetectedBox, captureUs: number, zones: readonly ObjectZone[]) {
    this.#label = box.label;
    this.#box = box;
    this.#startedUs = captureUs;
    this.#lastUs = captureUs;
    this.#vote(box, captureUs);
    this.#enter(zones);
  }

  get label(): string {
    return this.#label;
  }

  /** Best score with its label, 0 … 1. */
  get score(): number {
    return this.#votes.get(this.#label)?.score ?? 0;
  }

  /** Capture time of the picture with that score. */
  get bestUs(): number {
    return this.#votes.get(this.#label)?.bestUs ?? this.#startedUs;
  }

  /** Zones it was in, in the order it reached them. */
  get zoneIds(): readonly string[] {
    return this.#zoneIds;
  }

  /** Number of pictures it was seen in. */
  get sightings(): number {
    return this.#sightings;
  }

  get startedUs(): number {
    return this.#startedUs;
  }

  get lastUs(): number {
    return this.#lastUs;
  }

  /** Rates the match of a box with this object. @returns 0 … 2; 0: another object */
  affinity(box: DetectedBox, captureUs: number): number {
    const expected = this.#expectedAt(captureUs);
    const overlap = overlapOf(expected, box);
    if (!this.#votes.has(box.label)) return overlap >= MIN_OVERLAP_OF_OTHER_LABEL ? overlap / 2 : 0;
    if (sizeRatioOf(expected, box) < MIN_SIZE_RATIO) return 0;
    const seconds = Math.abs(captureUs - this.#lastUs) / 1_000_000;
    const size = Math.max(expected.width, expected.height, box.width, box.height);
    const reach = size * Math.min(REACH.atMost, REACH.atOnce + REACH.perSecond * seconds);
    const [a, b] = [centreOf(expected), centreOf(box)];
    const nearness = Math.max(0, 1 - Math.hypot(a.x - b.x, a.y - b.y) / reach);
    return overlap + nearness;
  }

  /** @returns whether its label has changed or it has reached a zone */
  see(box: DetectedBox, captureUs: number, zones: readonly ObjectZone[]): boolean {
    if (captureUs !== this.#lastUs) this.#sightings++;
    if (captureUs > this.#lastUs) {
      this.#measureSpeed(box, captureUs);
      this.#box = box;
      this.#lastUs = captureUs;
    }
    this.#startedUs = Math.min(this.#startedUs, captureUs);
    const isRenamed = this.#vote(box, captureUs);
    return this.#enter(zones, box) || isRenamed;
  }

  #expectedAt(captureUs: number): Box {
    const aheadUs = Math.max(0, Math.min(MAX_AHEAD_US, captureUs - this.#lastUs));
    const { x, y } = this.#box;
    return { ...this.#box, x: x + this.#speed.x * aheadUs, y: y + this.#speed.y * aheadUs };
  }

  #measureSpeed(box: Box, captureUs: number): void {
    const elapsedUs = captureUs - this.#lastUs;
    const [from, to] = [centreOf(this.#box), centreOf(box)];
    this.#speed = {
      x: (this.#speed.x + (to.x - from.x) / elapsedUs) / 2,
      y: (this.#speed.y + (to.y - from.y) / elapsedUs) / 2,
    };
  }

  /** @returns whether the label has changed */
  #vote({ label, score }: DetectedBox, captureUs: number): boolean {
    for (const vote of this.#votes.values()) vote.weight *= WEIGHT_KEPT;
    const vote = this.#votes.get(label);
    if (!vote && this.#votes.size >= MAX_LABELS) return false;
    const { weight = 0, score: best = -1, bestUs = captureUs } = vote ?? {};
    const isBest = score > best;
    this.#votes.set(label, {
      weight: weight + score,
      score: Math.max(best, score),
      bestUs: isBest ? captureUs : bestUs,
    });
    if (label === this.#label || weight + score <= CLEARLY_MORE * this.#weightOf(this.#label)) return false;
    this.#label = label;
    return true;
  }

  #weightOf(label: string): number {
    return this.#votes.get(label)?.weight ?? 0;
  }

  #enter(zones: readonly ObjectZone[], box: Box = this.#box): boolean {
    const foot = footOf(box);
    const reached = zones.filter((zone) => !this.#zoneIds.includes(zone.id) && zone.has(foot.x, foot.y));
    this.#zoneIds.push(...reached.map(({ id }) => id));
    return reached.length > 0;
  }
}

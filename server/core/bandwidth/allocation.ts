/**
 * Divides a viewer's line among the cameras of the page: the rung, layers and bits per second of each.
 *
 * Invariants: every camera gets the smallest picture, then a smooth one, before any gets a larger one; the focused camera is
 * raised first, then the others by their size, those of about the same size together; nothing is allocated beyond the line,
 * except the smallest pictures; the poorest lines carry nothing larger. Without an estimate the sizes alone decide. Stateless:
 * steady-allocation.ts prevents oscillation.
 */

import type { PictureQuality, ShownView } from '../../wire/shown-view.ts';
import type { ForwardingTarget } from '../video/forwarding-target.ts';
import {
  mediaBps,
  viewSteps,
  type StepLimit,
  type ViewedCamera,
  type ViewStep,
  type ViewSteps,
} from './view-steps.ts';

/** The part of the line that one camera of the page gets. */
export interface Allocation {
  readonly target: ForwardingTarget;
  /** Upper limit of the rung, bits per second of video; undefined: no limit. */
  readonly limitBps: number | undefined;
  /** Bitrate of the rung without any limit. */
  readonly wholeBps: number;
  /** The reason why it is not better. */
  readonly limitedBy: 'line' | StepLimit | undefined;
}

/**
 * Part of an estimate reserved for repairs and padding. No more is needed: an estimate is below the line's capacity, and an
 * encoder produces 7 % less than its target, in its first two seconds a third less.
 */
const REST_BPS = 5_000;
/** On a line with less, a keyframe of a larger picture takes so long that the picture freezes: 40 kbit, for more than 0.3 s. */
const LARGER_PICTURES_BPS = 130_000;
/** Fraction of the bitrate that a rung can use, above which a limit counts as none. */
const NEARLY = 0.95;
/** Cameras shown at this fraction of the area of another are as important. */
const SAME_SIZE = 0.5;

interface Place {
  readonly steps: readonly ViewStep[];
  readonly limitedBy: Allocation['limitedBy'];
  level: number;
  /** Beyond the minimum of its step. */
  extraBps: number;
}

/**
 * @param targetBps the video that the line carries, bits per second; undefined: not known yet
 * @returns one for each camera, in their order
 */
export function allocate(
  cameras: readonly ViewedCamera[],
  quality: PictureQuality,
  targetBps: number | undefined,
): Allocation[] {
  const places = cameras.map((camera): Place => ({
    ...stepsOnLine(viewSteps(camera, quality), targetBps),
    level: 0,
    extraBps: 0,
  }));
  if (targetBps === undefined) {
    for (const place of places) {
      place.level = place.steps.length - 1;
      place.extraBps = roomOf(place);
    }
    return places.map(allocationOf);
  }
  const groups = byImportance(cameras).map((group) => group.flatMap((index) => places[index] ?? []));
  let leftBps = targetBps - REST_BPS - sum(places, ({ steps }) => steps[0]?.minBps ?? 0);
  leftBps -= raiseTogether(
    places,
    leftBps,
    (place) => stepAt(place, place.level + 1)?.rung === stepAt(place)?.rung,
  );
  for (const group of groups) {
    leftBps -= raiseTogether(group, leftBps, () => true);
    leftBps -= fill(group, leftBps);
  }
  return places.map(allocationOf);
}

/** Groups of indexes, most important first. */
function byImportance(cameras: readonly ViewedCamera[]): number[][] {
  const order = cameras
    .map(({ view }, index) => ({ index, focused: view?.focused === true, area: areaOf(view) }))
    .toSorted((a, b) => Number(b.focused) - Number(a.focused) || b.area - a.area || a.index - b.index);
  const groups: (typeof order)[] = [];
  for (const camera of order) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (first?.focused === camera.focused && camera.area >= SAME_SIZE * first.area) group?.push(camera);
    else groups.push([camera]);
  }
  return groups.map((group) => group.map(({ index }) => index));
}

/** A page that never sent a size is assumed to show the largest. */
function areaOf(view: ShownView | undefined): number {
  return view ? view.width * view.height : Number.MAX_VALUE;
}

/**
 * Raises all of them by a step, as often as there is room for all, so that equal cameras look alike.
 *
 * @returns the cost
 */
function raiseTogether(
  group: readonly Place[],
  leftBps: number,
  mayRaise: (place: Place) => boolean,
): number {
  let spentBps = 0;
  for (;;) {
    const lowest = Math.min(
      ...group.filter((place) => isRaisable(place, mayRaise)).map(({ level }) => level),
    );
    const next = group.filter((place) => place.level === lowest && isRaisable(place, mayRaise));
    const costBps = sum(
      next,
      (place) => (stepAt(place, place.level + 1)?.minBps ?? 0) - (stepAt(place)?.minBps ?? 0),
    );
    if (next.length === 0 || costBps > leftBps - spentBps) return spentBps;
    for (const place of next) place.level++;
    spentBps += costBps;
  }
}

function isRaisable(place: Place, mayRaise: (place: Place) => boolean): boolean {
  return place.level < place.steps.length - 1 && mayRaise(place);
}

/** Divides the remaining bits evenly, to each camera at most what its step can use. @returns the bits used */
function fill(group: readonly Place[], leftBps: number): number {
  let restBps = Math.max(0, leftBps);
  const hungry = group.toSorted((a, b) => roomOf(a) - roomOf(b));
  for (const [index, place] of hungry.entries()) {
    place.extraBps = Math.min(roomOf(place), restBps / (hungry.length - index));
    restBps -= place.extraBps;
  }
  return Math.max(0, leftBps) - restBps;
}

function roomOf(place: Place): number {
  const step = stepAt(place);
  return step ? step.maxBps - step.minBps : 0;
}

function stepAt({ steps, level }: Place, at = level): ViewStep | undefined {
  return steps[at];
}

function stepsOnLine(all: ViewSteps, targetBps: number | undefined): Pick<Place, 'steps' | 'limitedBy'> {
  if (targetBps === undefined || targetBps >= LARGER_PICTURES_BPS) return all;
  const steps = all.steps.filter(({ rung }) => rung === all.steps[0]?.rung);
  return { steps, limitedBy: steps.length < all.steps.length ? 'line' : all.limitedBy };
}

function allocationOf(place: Place): Allocation {
  const { steps, level, extraBps, limitedBy } = place;
  const step = stepAt(place);
  if (!step) throw new RangeError('a camera has at least one rung');
  const { rung, maxTid, minBps, maxBps, minMediaBps, wholeBps, isWhole } = step;
  const isFilled = minBps + extraBps >= NEARLY * maxBps;
  const mostBps = maxTid < 2 ? minMediaBps : mediaBps(minBps + extraBps);
  return {
    target: { rung, maxTid },
    wholeBps,
    limitBps: isFilled && isWhole && maxTid === 2 ? undefined : mostBps,
    limitedBy: isFilled && level === steps.length - 1 ? limitedBy : 'line',
  };
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}

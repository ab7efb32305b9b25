/** The range of time that a timeline shows, and the position of a moment on it. Immutable; times are ms since the Unix epoch. */

import type { ZoneClock } from '../dates/zone-clock.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const MIN_SPAN_MS = MINUTE_MS;
export const MAX_SPAN_MS = 7 * DAY_MS;
/** Distances between ticks; the first that is wide enough is drawn. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24].map((count) => count * HOUR_MS),
];
/** The width of a label with its margin. */
const MIN_TICK_PIXELS = 80;

export interface Tick {
  ms: number;
  /** To the second, or to the minute where ticks are that far apart. */
  step: 'seconds' | 'minutes' | 'days';
}

export class TimeScale {
  readonly fromMs: number;
  readonly toMs: number;

  /** The span is brought between a minute and a week, around its middle. */
  constructor(fromMs: number, toMs: number) {
    const span = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, toMs - fromMs));
    const middle = (fromMs + toMs) / 2;
    this.fromMs = middle - span / 2;
    this.toMs = middle + span / 2;
  }

  /** The last two hours, and room for what comes next. */
  static lately(nowMs: number): TimeScale {
    return new TimeScale(nowMs - 2 * HOUR_MS, nowMs + HOUR_MS / 12);
  }

  get spanMs(): number {
    return this.toMs - this.fromMs;
  }

  /** 0 at the left end, 1 at the right; beyond them for moments that are not shown. */
  position(ms: number): number {
    return (ms - this.fromMs) / this.spanMs;
  }

  moment(position: number): number {
    return this.fromMs + position * this.spanMs;
  }

  /** @param factor below 1 shows less time; `aroundMs` stays where it is */
  zoomed(factor: number, aroundMs: number): TimeScale {
    const span = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, this.spanMs * factor));
    const fromMs = aroundMs - this.position(aroundMs) * span;
    return new TimeScale(fromMs, fromMs + span);
  }

  moved(byMs: number): TimeScale {
    return new TimeScale(this.fromMs + byMs, this.toMs + byMs);
  }

  /** The same span, moved as little as necessary to show a moment. */
  showing(ms: number): TimeScale {
    if (ms < this.fromMs) return this.moved(ms - this.fromMs - this.spanMs * 0.1);
    return ms > this.toMs ? this.moved(ms - this.toMs + this.spanMs * 0.1) : this;
  }

  /** Round moments in local time, as many as there is room for. */
  ticks(widthPixels: number, clock: ZoneClock): Tick[] {
    const minStep = (this.spanMs / Math.max(1, widthPixels)) * MIN_TICK_PIXELS;
    const stepMs = STEPS_MS.find((candidate) => candidate >= minStep) ?? DAY_MS;
    const step = stepMs >= DAY_MS ? 'days' : stepMs >= MINUTE_MS ? 'minutes' : 'seconds';
    const moments = stepMs >= HOUR_MS ? this.#hours(stepMs / HOUR_MS, clock) : this.#minutes(stepMs, clock);
    return moments.map((ms) => ({ ms, step }));
  }

  /** Steps of less than an hour are round before and after a clock change, which is of half an hour at least. */
  #minutes(stepMs: number, clock: ZoneClock): number[] {
    const aheadMs = clock.offsetMs(this.fromMs);
    const moments: number[] = [];
    for (
      let ms = Math.ceil((this.fromMs + aheadMs) / stepMs) * stepMs - aheadMs;
      ms <= this.toMs;
      ms += stepMs
    )
      moments.push(ms);
    return moments;
  }

  /** The moments every `stepHours` of each day, as its clock shows them; the day on which clocks change has 23 or 25. */
  #hours(stepHours: number, clock: ZoneClock): number[] {
    const moments = new Set<number>();
    const { year, month, day: firstDay } = clock.wall(this.fromMs);
    for (let day = firstDay; clock.moment(year, month, day, 0) <= this.toMs; day++)
      for (let hour = 0; hour < 24; hour += stepHours) {
        const ms = clock.moment(year, month, day, hour);
        // An hour that is passed over has no mark; a day without a midnight has one where it begins.
        if (hour === 0 || clock.wall(ms).hour === hour) moments.add(ms);
      }
    return [...moments].filter((ms) => ms >= this.fromMs && ms <= this.toMs).toSorted((a, b) => a - b);
  }
}

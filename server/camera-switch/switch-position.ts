/**
 * One switch, of a camera or of all: off by hand, or in its off hours unless it was switched on within them.
 *
 * Invariant: `off` is the result of the last `update`, so that reading it for each frame costs nothing. Its times are dates.
 */

import type { WallTime } from '../core/local-time.ts';
import { isWithin, minutesToChange } from '../core/recording/recording-schedule.ts';
import { VigieError } from '../errors.ts';
import type { OffView } from '../wire/camera-switch.ts';
import type { SwitchState } from './camera-switch-store.ts';

export type Off = Omit<OffView, 'all'>;

/** The present moment: its date, and the local time of the site. */
export interface SwitchMoment {
  nowMs: number;
  wall: WallTime;
}

const MINUTE_MS = 60_000;
const NEVER_USED: SwitchState = { byHand: null, offHours: [], onUntilMs: null };

export class SwitchPosition {
  #state: SwitchState;
  #off: Off | null = null;

  constructor(stored: Partial<SwitchState> | undefined) {
    this.#state = { ...NEVER_USED, ...stored };
  }

  get state(): SwitchState {
    return this.#state;
  }

  get off(): Off | null {
    return this.#off;
  }

  set(state: SwitchState): void {
    this.#state = state;
    this.#off = null;
  }

  /** To be called about once a second, and after `set`, which also discards the computed times. */
  update(moment: () => SwitchMoment): void {
    this.#off = this.#find(moment);
  }

  #find(moment: () => SwitchMoment): Off | null {
    const { byHand, offHours, onUntilMs } = this.#state;
    if (byHand) return { by: 'user', ...byHand, untilMs: null };
    if (offHours.length === 0) return null;
    const { nowMs, wall } = moment();
    if (!isWithin(offHours, wall)) {
      // These off hours have ended: the next ones apply.
      if (onUntilMs !== null) this.#state = { ...this.#state, onUntilMs: null };
      return null;
    }
    if (onUntilMs !== null && nowMs < onUntilMs) return null;
    if (this.#off?.by === 'schedule') return this.#off;
    const minutes = minutesToChange(offHours, wall, 1);
    const startedAgo = minutesToChange(offHours, wall, -1) ?? 0;
    return {
      by: 'schedule',
      username: null,
      sinceMs: nowMs - (nowMs % MINUTE_MS) - startedAgo * MINUTE_MS,
      untilMs: minutes === undefined ? null : untilMs(minutes, nowMs),
    };
  }
}

/** Switched by hand. @throws VigieError `conflict` for off hours without an end */
export function switched(
  state: SwitchState,
  off: boolean,
  username: string,
  { nowMs, wall }: SwitchMoment,
): SwitchState {
  const { byHand, offHours } = state;
  if (off) return { ...state, byHand: byHand ?? { username, sinceMs: nowMs }, onUntilMs: null };
  if (!isWithin(offHours, wall)) return { ...state, byHand: null, onUntilMs: null };
  const minutes = minutesToChange(offHours, wall, 1);
  if (minutes === undefined)
    throw new VigieError('conflict', 'the off hours are the whole week: change them first');
  return { ...state, byHand: null, onUntilMs: untilMs(minutes, nowMs) };
}

/** @param minutes until then, of the wall clock */
function untilMs(minutes: number, nowMs: number): number {
  return nowMs - (nowMs % MINUTE_MS) + minutes * MINUTE_MS;
}

/** When a camera that should be recorded is away, so that there is a gap, and how long its last picture lasts. Pure. */

import type { Liveness } from '../link/camera-liveness.ts';

/** A camera that is live and brings no frame for this long brings none that can be decoded. */
const SILENCE_MS = 4_000;
/** A camera that has sent one picture may be a slow one: so long it is no gap. */
const UNKNOWN_PACE_MS = 60_000;
/** Of a picture that no other follows, when nobody knows how long they usually last. */
const LAST_FRAME_MS = 1_000;

/** @param lastMs when the newest picture was taken, server time as the other, ms. @returns whether it shows what the camera sees now */
export function isCurrent({ status, staleAfterMs }: Liveness, lastMs: number, nowMs: number): boolean {
  return status === 'online' && nowMs - lastMs <= Math.max(SILENCE_MS, staleAfterMs);
}

/** @param quietMs since its newest frame came from the encoder */
export function isAway({ status, frozen, paceMs, staleAfterMs }: Liveness, quietMs: number): boolean {
  // The same picture over and over is recorded as it comes.
  if (status === 'online' || frozen) return quietMs > Math.max(SILENCE_MS, staleAfterMs);
  return status !== 'stalled' || paceMs !== null || quietMs > UNKNOWN_PACE_MS;
}

/** @param lastFrameMs when its newest frame came from the encoder, as the answer server time, ms */
export function awaySinceMs({ status, frozen, sinceUs }: Liveness, lastFrameMs: number): number {
  return status === 'online' || frozen ? lastFrameMs : Math.min(lastFrameMs, (sinceUs ?? Infinity) / 1000);
}

/**
 * Each picture lasts until the next. When none follows, it lasts as long as usual, and no longer than until now.
 *
 * @param lastMs when it was taken, server time as the others, ms
 */
export function lastFrameEndMs({ paceMs }: Liveness, lastMs: number, nowMs: number): number {
  return Math.min(nowMs, lastMs + (paceMs ?? LAST_FRAME_MS));
}

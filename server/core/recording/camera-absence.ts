/** Decides when a camera that should be recorded is absent, which makes a gap, and how long its last picture lasts. Pure. */

import type { Liveness } from '../link/camera-liveness.ts';

/** A live camera without an encoded frame for this long sends frames that do not decode. */
const SILENCE_MS = 4_000;
/** A camera that has sent one picture may be a slow one: for this long there is no gap. */
const UNKNOWN_PACE_MS = 60_000;
/** Duration of a last picture when the camera's interval is unknown. */
const LAST_FRAME_MS = 1_000;

/** @param lastMs when the newest picture was taken; both are server time, ms. @returns whether it still shows the present */
export function isCurrent({ status, staleAfterMs }: Liveness, lastMs: number, nowMs: number): boolean {
  return status === 'online' && nowMs - lastMs <= Math.max(SILENCE_MS, staleAfterMs);
}

/** @param quietMs since the encoder's newest frame */
export function isAway({ status, frozen, paceMs, staleAfterMs }: Liveness, quietMs: number): boolean {
  // Repeated pictures of a frozen sensor are recorded as they arrive.
  if (status === 'online' || frozen) return quietMs > Math.max(SILENCE_MS, staleAfterMs);
  return status !== 'stalled' || paceMs !== null || quietMs > UNKNOWN_PACE_MS;
}

/** @param lastFrameMs when the encoder's newest frame arrived; it and the answer are server time, ms */
export function awaySinceMs({ status, frozen, sinceUs }: Liveness, lastFrameMs: number): number {
  return status === 'online' || frozen ? lastFrameMs : Math.min(lastFrameMs, (sinceUs ?? Infinity) / 1000);
}

/**
 * A picture lasts until the next. The last one lasts for the usual interval, and not beyond now.
 *
 * @param lastMs when it was taken; all are server time, ms
 */
export function lastFrameEndMs({ paceMs }: Liveness, lastMs: number, nowMs: number): number {
  return Math.min(nowMs, lastMs + (paceMs ?? LAST_FRAME_MS));
}

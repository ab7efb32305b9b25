/**
 * The status on a camera's badge. Only pictures that are really being presented make it `live`; the server's word alone
 * never does.
 */

export type BadgeStatus = 'live' | 'connecting' | 'offline';

export interface StatusInputs {
  /** The server's word; undefined while we have not heard from it. */
  online: boolean | undefined;
  /** When the newest picture was presented and how long after the one before it, ms; null: none yet. */
  lastFrame: { atMs: number; intervalMs: number } | null;
  nowMs: number;
}

const STALE_AFTER_MS = 2_000;
/** Pictures of a camera that the server calls offline count only while they are still coming. */
const OFFLINE_STALE_AFTER_MS = 500;
const LONGEST_STALE_AFTER_MS = 10_000;

/**
 * Pictures older than 2 s are not live, except from a camera that is slow by intention: it has three of its own
 * intervals, 10 s at most.
 */
export function cameraStatus({ online, lastFrame, nowMs }: StatusInputs): BadgeStatus {
  if (lastFrame) {
    const patienceMs = Math.min(LONGEST_STALE_AFTER_MS, Math.max(STALE_AFTER_MS, 3 * lastFrame.intervalMs));
    const allowedMs = online === false ? OFFLINE_STALE_AFTER_MS : patienceMs;
    if (nowMs - lastFrame.atMs <= allowedMs) return 'live';
  }
  return online === false ? 'offline' : 'connecting';
}

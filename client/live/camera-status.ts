/**
 * The status on a camera's badge: the server's status, and, for an online camera, whether its new pictures are actually
 * presented. A keyframe encoded again from an old picture does not count as new.
 */

import type { LivenessView } from '../../server/wire/camera.ts';

export type ShownStatus = 'live' | 'connecting' | 'stalled' | 'offline' | 'sleeping' | 'off';

export interface StatusInputs {
  /** The server's status; undefined before the first message. */
  camera: Pick<LivenessView, 'status' | 'staleAfterMs'> | undefined;
  /** The server and its pictures reach this page, as far as is known. */
  connected: boolean;
  /** When the newest new picture was presented; null: none yet. */
  newPictureAtMs: number | null;
  nowMs: number;
}

/** The server knows of a picture before it is on the screen, so its status without pictures takes precedence. */
const ON_THE_WAY_MS = 1_000;
/** Without the server, not even the slowest camera is live for longer. */
const LONGEST_UNHEARD_MS = 10_000;
const USUAL_STALE_AFTER_MS = 2_000;

export function cameraStatus({ camera, connected, newPictureAtMs, nowMs }: StatusInputs): ShownStatus {
  if (camera?.status === 'never') return 'offline';
  if (camera && camera.status !== 'online') return camera.status;
  if (newPictureAtMs === null) return 'connecting';
  const staleAfterMs = camera?.staleAfterMs ?? USUAL_STALE_AFTER_MS;
  const allowedMs = connected ? staleAfterMs : Math.min(staleAfterMs, LONGEST_UNHEARD_MS);
  return nowMs - newPictureAtMs <= allowedMs + ON_THE_WAY_MS ? 'live' : 'connecting';
}

/**
 * The status on a camera's badge: the server's word, and of a camera that it calls online, whether its new pictures really are
 * being presented. A keyframe made again of an old picture is no new one.
 */

import type { LivenessView } from '../../server/wire/camera.ts';

export type ShownStatus = 'live' | 'connecting' | 'stalled' | 'offline' | 'sleeping' | 'off';

export interface StatusInputs {
  /** The server's word; undefined while we have not heard from it. */
  camera: Pick<LivenessView, 'status' | 'staleAfterMs'> | undefined;
  /** The server and its pictures reach us, as far as is known. */
  connected: boolean;
  /** When the newest new picture was presented; null: none yet. */
  newPictureAtMs: number | null;
  nowMs: number;
}

/** The server is told of a picture before it is on the screen: its word, that there is none, comes first. */
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

/** The text on the badge of a camera. */

import type { BadgeStatus } from './camera-status.ts';
import { shortDuration } from '../ui/relative-time.ts';

export interface StatusTextInputs {
  status: BadgeStatus;
  /** The list of cameras is known and this one is not in it: removed, or not to be seen by us. */
  missing: boolean;
  /** ms since the Unix epoch; null: never. */
  lastFrameAtMs: number | null;
  /** The server's clock, ms since the Unix epoch. */
  nowMs: number;
  /** For how long nothing has been shown, ms. */
  connectingForMs: number;
  /** Why no picture can come, as far as the page itself knows. */
  problem: 'unsupported' | 'noPath' | null;
  /** The server is full: how many watch; null: it is not. */
  watchingWhenFull: number | null;
}

/** Finding a path takes a moment; only after this is it worth a word. */
const PATIENCE_MS = 8_000;

export function statusText(inputs: StatusTextInputs): string {
  const { status, missing, lastFrameAtMs, nowMs, connectingForMs, problem, watchingWhenFull } = inputs;
  if (status === 'live') return 'Live';
  if (missing) return 'Not available';
  if (status === 'offline') {
    return lastFrameAtMs === null ? 'Never connected' : `Offline for ${shortDuration(nowMs - lastFrameAtMs)}`;
  }
  if (watchingWhenFull !== null) return `Full: ${watchers(watchingWhenFull)}. Trying again…`;
  if (problem === 'unsupported') return 'Video is not supported by this browser';
  // Mostly a firewall or router that does not let the server's UDP port through.
  if (problem === 'noPath' && connectingForMs > PATIENCE_MS) return 'Connecting… video is blocked';
  return 'Connecting…';
}

function watchers(count: number): string {
  return count === 1 ? '1 is watching' : `${count} are watching`;
}

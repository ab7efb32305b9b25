/**
 * Chooses the source of a camera's picture: video (WebRTC), or JPEGs over the WebSocket. Pure: the receiver calls it twice a
 * second.
 */

import type { SourceKind } from './live-source.ts';

export interface SourceFacts {
  nowMs: number;
  current: SourceKind;
  /** Since when the camera is shown and online; null: it is not. */
  wantedSinceMs: number | null;
  /** Whether the browser has WebRTC at all. */
  supported: boolean;
  /** Since when the transport searches for a path; null while it is connected, or has not begun. */
  searchingSinceMs: number | null;
  /** The server is full: pictures would be refused as well. */
  full: boolean;
  /** When video last arrived, according to the browser's counters or frames on the screen. */
  videoAtMs: number | null;
  /** While pictures are shown: since when video has arrived without a break; null: it does not. */
  steadySinceMs: number | null;
  /** Time between the last two frames on the screen, 0 when unknown. */
  frameIntervalMs: number;
  /** How long the camera may send nothing without a fault of the connection: it is slow, or has stalled. */
  quietMs?: number;
}

/** Finding a path takes some 300 ms, through a relay a second. */
const PATIENCE_MS = 2_500;
/** A camera that is slow by intention has three of its own intervals. */
const LONGEST_PATIENCE_MS = 10_000;
/** Video has to arrive for this long before it replaces pictures: a line that carries one frame may not carry the next. */
const STEADY_MS = 2_000;

export function chooseSource(facts: SourceFacts): SourceKind {
  const { nowMs, current, wantedSinceMs, supported, searchingSinceMs, full } = facts;
  const { videoAtMs, steadySinceMs, frameIntervalMs, quietMs = 0 } = facts;
  if (wantedSinceMs === null || (full && current === 'video')) return 'video';
  if (!supported) return 'pictures';
  const sinceVideoMs = nowMs - (videoAtMs ?? -Infinity);
  if (current === 'pictures')
    return searchingSinceMs === null && nowMs - (steadySinceMs ?? nowMs) >= STEADY_MS ? 'video' : 'pictures';
  const patienceMs = Math.min(LONGEST_PATIENCE_MS, Math.max(PATIENCE_MS, 3 * frameIntervalMs));
  // Frames that still arrive count more than the transport's state.
  if (sinceVideoMs <= patienceMs) return 'video';
  // A search that failed before the click need not be waited for again.
  if (searchingSinceMs !== null) return nowMs - searchingSinceMs > PATIENCE_MS ? 'pictures' : 'video';
  // A path that carried the newest picture carries the next one too, whenever the camera takes it.
  if (videoAtMs !== null && videoAtMs >= wantedSinceMs)
    return sinceVideoMs > Math.max(patienceMs, quietMs) ? 'pictures' : 'video';
  return nowMs - wantedSinceMs > patienceMs ? 'pictures' : 'video';
}

/**
 * Decides which way a camera's picture takes: video (WebRTC), or single pictures over the WebSocket. Pure: the receiver
 * asks it twice a second.
 */

export type PictureWay = 'video' | 'pictures';

export interface WayFacts {
  nowMs: number;
  current: PictureWay;
  /** Since when the camera is shown and online; null: there is nothing to show. */
  wantedSinceMs: number | null;
  /** Whether the browser has WebRTC at all. */
  supported: boolean;
  /** Since when the transport looks for a path in vain; null while it is connected, or has not begun. */
  searchingSinceMs: number | null;
  /** The server is full: pictures would be refused as well. */
  full: boolean;
  /** When video last came, by the browser's own counters or seen on the screen. */
  videoAtMs: number | null;
  /** Beside the pictures: since when video has come without a break; null: it does not. */
  steadySinceMs: number | null;
  /** The distance of the last two frames on the screen, 0 when unknown. */
  frameIntervalMs: number;
  /** How long the camera may bring nothing although all is well: it is slow, or has stalled. */
  quietMs?: number;
}

/** Finding a path takes some 300 ms, through a relay a second. */
const PATIENCE_MS = 2_500;
/** A camera that is slow by intention has three of its own intervals. */
const LONGEST_PATIENCE_MS = 10_000;
/** On the way back video has to come for so long: a line that carries one frame need not carry the next. */
const STEADY_MS = 2_000;

export function pictureWay(facts: WayFacts): PictureWay {
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
  // A search that was in vain before the click need not be waited for again.
  if (searchingSinceMs !== null) return nowMs - searchingSinceMs > PATIENCE_MS ? 'pictures' : 'video';
  // A path that brought the newest picture brings the next one too, whenever the camera takes it.
  if (videoAtMs !== null && videoAtMs >= wantedSinceMs)
    return sinceVideoMs > Math.max(patienceMs, quietMs) ? 'pictures' : 'video';
  return nowMs - wantedSinceMs > patienceMs ? 'pictures' : 'video';
}

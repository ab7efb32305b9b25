/**
 * Where a stream is cut into recordings of about a minute: at a keyframe, so that each begins with one. Pure; a slow camera's
 * recording lasts until the first picture after the minute.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';

/** From here on a recording ends with the next keyframe, which is asked for … */
const ROLL_MS = 57_000;
/** … and here without one. */
const MAX_SEGMENT_MS = 59_500;
/** How far one has to decode to show a moment. */
const KEYFRAME_INTERVAL_MS = 2_000;

export interface Segment {
  startMs: number;
  width: number;
  height: number;
}

/** @returns whether this frame begins another one */
export function endsSegment(segment: Segment, frame: EncodedFrame): boolean {
  const lengthMs = Math.floor(frame.captureUs / 1000) - segment.startMs;
  const fits = frame.width === segment.width && frame.height === segment.height;
  // A clock that was set back would make a recording that never ends.
  if (!fits || lengthMs < -1_000 || lengthMs >= MAX_SEGMENT_MS) return true;
  return frame.keyframe && mayRoll(segment, segment.startMs + lengthMs);
}

/** @returns whether it is long enough */
function mayRoll({ startMs }: Segment, nowMs: number): boolean {
  return nowMs - startMs >= ROLL_MS;
}

/** @param segment undefined while none is being written */
export function wantsKeyframe(segment: Segment | undefined, lastKeyframeMs: number, nowMs: number): boolean {
  return (segment && mayRoll(segment, nowMs)) || nowMs - lastKeyframeMs >= KEYFRAME_INTERVAL_MS;
}

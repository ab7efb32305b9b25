/**
 * Cuts a stream into segments of about a minute: at a keyframe, so that each begins with one. A slow camera's segment
 * lasts until the first picture after the minute. Pure.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';

/** From this length on a segment ends with the next keyframe, which is requested … */
const ROLL_MS = 57_000;
/** … and at this length without one. */
const MAX_SEGMENT_MS = 59_500;
/** Greatest distance between keyframes, which bounds how much is decoded to show a moment. */
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
  // A clock that was set back would make an endless segment.
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

/**
 * Number of frames that a camera may have unacknowledged: enough to fill its link, not more. Server's side of protocol
 * v1.
 *
 * Only the link's own round trip counts. One measured behind queued pictures would grow with the window it sets, and a
 * slow link would get the longest queue.
 */

export const MIN_ACK_WINDOW = 2;
export const MAX_ACK_WINDOW = 8;

/**
 * @param roundTripUs the smallest measured
 * @param fps frames arriving per second; while the window limits them, each answer allows one more, up to the camera's
 * own rate
 */
export function ackWindowSize(roundTripUs: number, fps: number): number {
  const framesPerRoundTrip = fps > 0 ? Math.ceil((roundTripUs * fps) / 1_000_000) : 0;
  return Math.min(MAX_ACK_WINDOW, Math.max(MIN_ACK_WINDOW, framesPerRoundTrip + 1));
}

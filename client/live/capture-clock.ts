/**
 * Tells when a frame on the screen was captured. Each consumer gets once the capture time that one RTP timestamp stands
 * for (`captureClock`); from there every 90 kHz timestamp follows, across its wrap every 13 hours.
 */

import type { ConsumerParameters } from '../../server/wire/signaling.ts';

export type CaptureClock = ConsumerParameters['captureClock'];

const WRAP_TICKS = 2 ** 32;
const US_PER_TICK = 1_000_000 / 90_000;
const WRAP_US = WRAP_TICKS * US_PER_TICK;

/**
 * @param rtpTimestamp 90 kHz, u32
 * @param nearUs any server time within 6.6 hours of the frame's; it tells one wrap from the next
 * @returns capture time on the server's clock, µs since the Unix epoch
 */
export function captureTimeUs(clock: CaptureClock, rtpTimestamp: number, nearUs: number): number {
  const ticks = (rtpTimestamp - clock.rtpTimestamp) % WRAP_TICKS;
  const withinOneWrapUs = clock.captureUs + ticks * US_PER_TICK;
  return withinOneWrapUs + Math.round((nearUs - withinOneWrapUs) / WRAP_US) * WRAP_US;
}

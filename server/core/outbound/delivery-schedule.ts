/**
 * Decides when a failed delivery is tried again: soon at first, for about a day, with random delays so that deliveries spread.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** After the first attempt, the second, … as Standard Webhooks recommends. */
const DELAYS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
];
const JITTER = 0.2;
/** Longest delay before an attempt. */
export const MAX_RETRY_DELAY_MS = (1 + JITTER) * 10 * HOUR_MS;
/** Longest delay that a receiver may request. */
const MAX_RETRY_AFTER_MS = HOUR_MS;

/**
 * @param attempts made so far, at least 1
 * @param retryAfterMs the receiver's Retry-After
 * @param random 0 … 1
 * @returns ms until the next attempt; undefined after the last one
 */
export function retryDelayMs(attempts: number, retryAfterMs = 0, random = Math.random()): number | undefined {
  const delayMs = DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return undefined;
  const jittered = delayMs * (1 + JITTER * (2 * random - 1));
  return Math.round(Math.max(jittered, Math.min(MAX_RETRY_AFTER_MS, retryAfterMs)));
}

/** Retry-After (RFC 9110 section 10.2.3), as seconds or as a date. @returns ms; 0 for a missing or malformed value */
export function readRetryAfter(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND_MS;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - nowMs);
}

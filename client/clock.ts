/**
 * The browser's clocks, and the one place that reads them: durations on the monotonic clock, dates by the wall clock of this
 * device. Dates of the server are compared with the server's clock (live/server-clock.ts) wherever a page has one.
 */

/** ms, monotonic; as a DOMHighResTimeStamp of this page. Only differences mean something. */
export function monotonicMs(): number {
  return performance.now();
}

/** A moment of the monotonic clock in µs, counted from the wall clock's reading when the page was opened. */
export function pageUs(timestampMs: number = performance.now()): number {
  return (performance.timeOrigin + timestampMs) * 1000;
}

/** This device's wall clock, ms since the Unix epoch. */
export function wallMs(): number {
  return Date.now();
}

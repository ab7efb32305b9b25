/**
 * The clocks of this process. Invariant: nothing else on the server reads a clock (test/architecture/clocks.test.ts), so that a
 * duration is never measured on a clock that steps.
 *
 * The monotonic clock measures durations and deadlines. The wall clock gives dates, and is sometimes wrong: corrected after the
 * start, set back, moved on while the machine slept. Only site-clock.ts compares the two.
 */

/**
 * Server time in µs: monotonic, counted from the wall clock's reading at the start of the process. A date only by way
 * of Dates.
 */
export type Clock = () => number;

export const serverClock: Clock = () => serverTimeUs(performance.now() * 1000);

/** @param monotonicUs of this process's monotonic clock */
export function serverTimeUs(monotonicUs: number): number {
  return Math.round(performance.timeOrigin * 1000 + monotonicUs);
}

/** Server time in whole ms. */
export function serverMs(): number {
  return Math.floor(serverClock() / 1000);
}

/** The monotonic clock in ms; only differences mean something. It stands still while the machine sleeps. */
export function monotonicMs(): number {
  return performance.now();
}

/** The machine's monotonic clock in µs, the same in every process. */
export function machineUs(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

/** The wall clock as it is set now, ms since the Unix epoch: for values that other programs compare with their own clocks. */
export function wallMs(): number {
  return Date.now();
}

/** The server's one clock: µs since the Unix epoch, monotonic within a run, with sub-millisecond resolution. */
export type Clock = () => number;

export const serverClock: Clock = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

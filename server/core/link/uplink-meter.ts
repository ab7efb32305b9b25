/**
 * Measures the capacity of a camera's uplink, from the times at which each frame was sent and arrived, both in server time.
 *
 * The line works on one frame at a time, in order. It began with a frame when the one before it had arrived, or one way after
 * the frame was sent, whichever is later: the rest of its transit is the time that the line needed for it. So a slow camera, a
 * hanging sensor and a long round trip look like an idle line, and only a line that is slow looks slow.
 *
 * Invariant: single stalls, such as a channel change of the radio, do not count.
 */

export interface FrameTransfer {
  /** µs, server time. */
  sentUs: number;
  receivedUs: number;
  bytes: number;
  /** From the empty line's round trip, µs. */
  oneWayUs: number;
}

export interface UplinkFigures {
  /** Frames of the present size that the line carries per second; Infinity where they take no time. */
  carriesFps: number;
  carriesBps: number;
  /** Share of the time that the line had a frame to carry, 0 … 1. */
  busy: number;
  bytesPerFrame: number;
  /** Time from sending to arrival that nine of ten frames do not exceed, µs. */
  transitUs: number;
  oneWayUs: number;
}

const WINDOW_US = 4_000_000;
/** On the narrowest lines, frames of a longer time count. */
const LONGEST_WINDOW_US = 20_000_000;
const FEWEST_FRAMES = 4;
const SHORTEST_SPAN_US = 1_500_000;
const MAX_FRAMES = 128;
/** Share of frames left out: those that took longest. */
const STALLED_SHARE = 0.1;

interface Measured {
  receivedUs: number;
  bytes: number;
  /** Time that the line needed for it. */
  lineUs: number;
  transitUs: number;
  oneWayUs: number;
}

export class UplinkMeter {
  #frames: Measured[] = [];
  #lastReceivedUs = -Infinity;

  add({ sentUs, receivedUs, bytes, oneWayUs }: FrameTransfer): void {
    const beganUs = Math.max(sentUs + oneWayUs, this.#lastReceivedUs);
    const lineUs = Math.max(0, receivedUs - beganUs);
    this.#lastReceivedUs = receivedUs;
    const transitUs = Math.max(0, receivedUs - sentUs);
    this.#frames.push({ receivedUs, bytes, lineUs, transitUs, oneWayUs });
    if (this.#frames.length > MAX_FRAMES) this.#frames.shift();
  }

  /** Forgets earlier frames: other settings or another connection make them incomparable. */
  clear(): void {
    this.#frames = [];
    this.#lastReceivedUs = -Infinity;
  }

  /** @returns undefined while too little has arrived */
  figures(nowUs: number): UplinkFigures | undefined {
    const { length } = this.#frames;
    const frames = this.#frames.filter(({ receivedUs }, i) => {
      const ageUs = nowUs - receivedUs;
      return ageUs <= WINDOW_US || (i >= length - FEWEST_FRAMES && ageUs <= LONGEST_WINDOW_US);
    });
    this.#frames = frames;
    const [first] = frames;
    const last = frames.at(-1);
    if (!first || !last || frames.length < FEWEST_FRAMES) return undefined;
    if (nowUs - first.receivedUs < SHORTEST_SPAN_US) return undefined;
    const counted = frames
      .toSorted((a, b) => a.lineUs - b.lineUs)
      .slice(0, frames.length - Math.ceil(frames.length * STALLED_SHARE));
    const lineUs = sum(counted.map((frame) => frame.lineUs));
    const transits = frames.map(({ transitUs }) => transitUs).sort((a, b) => a - b);
    return {
      carriesFps: (counted.length * 1_000_000) / lineUs,
      carriesBps: (sum(counted.map(({ bytes }) => bytes)) * 8_000_000) / lineUs,
      busy: Math.min(
        1,
        sum(frames.slice(1).map((frame) => frame.lineUs)) / (last.receivedUs - first.receivedUs),
      ),
      bytesPerFrame: sum(frames.map(({ bytes }) => bytes)) / frames.length,
      transitUs: transits[Math.floor((transits.length - 1) * 0.9)] ?? 0,
      oneWayUs: last.oneWayUs,
    };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

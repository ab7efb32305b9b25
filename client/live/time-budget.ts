/**
 * The parts of the time between lens and screen: joins the server's report about a frame (`frameTimings`) with the browser's data
 * on the same frame, by RTP timestamp.
 *
 * Invariant: for each frame the five parts add up to its glass-to-glass latency.
 */

import type { FrameTiming } from '../../server/wire/signaling.ts';
import { percentiles } from './sample-window.ts';

/** One frame as the browser presented it; times on the server's clock, µs since the Unix epoch. */
export interface PresentedFrame {
  rtpTimestamp: number;
  /** When its last packet had arrived. */
  arrivedUs: number;
  /** When it had left jitter buffer and decoder and was given to the compositor. */
  presentedUs: number;
  /** When it is on the screen, as the browser expects. */
  displayedUs: number;
}

export const BUDGET_PARTS = ['camera', 'server', 'network', 'decode', 'display'] as const;
export type BudgetPart = (typeof BUDGET_PARTS)[number];
/** Medians in ms: capture → server, in the server, server → browser, buffer and decoder, waiting for the screen. */
export type TimeBudget = Record<BudgetPart, number>;

const CAPACITY = 300;

export class TimeBudgetWindow {
  /** Insertion order is presentation order, so the first key is the oldest. */
  readonly #presented = new Map<number, PresentedFrame>();
  readonly #budgets: TimeBudget[] = [];

  addPresented(frame: PresentedFrame): void {
    this.#presented.set(frame.rtpTimestamp, frame);
    if (this.#presented.size > CAPACITY) {
      for (const oldest of this.#presented.keys()) {
        this.#presented.delete(oldest);
        break;
      }
    }
  }

  /** Frames that were sent but never shown are skipped. */
  addTimings(timings: readonly FrameTiming[]): void {
    for (const timing of timings) {
      const frame = this.#presented.get(timing.rtpTimestamp);
      if (!frame) continue;
      this.#presented.delete(timing.rtpTimestamp);
      this.#budgets.push(budgetOf(timing, frame));
    }
    this.#budgets.splice(0, this.#budgets.length - 100);
  }

  medians(): TimeBudget | null {
    if (this.#budgets.length === 0) return null;
    const median = (part: BudgetPart): number =>
      percentiles(this.#budgets.map((budget) => budget[part]))?.p50 ?? 0;
    return {
      camera: median('camera'),
      server: median('server'),
      network: median('network'),
      decode: median('decode'),
      display: median('display'),
    };
  }

  clear(): void {
    this.#presented.clear();
    this.#budgets.length = 0;
  }
}

function budgetOf(timing: FrameTiming, frame: PresentedFrame): TimeBudget {
  return {
    camera: (timing.receivedUs - timing.captureUs) / 1000,
    server: (timing.sentUs - timing.receivedUs) / 1000,
    network: (frame.arrivedUs - timing.sentUs) / 1000,
    decode: (frame.presentedUs - frame.arrivedUs) / 1000,
    display: (frame.displayedUs - frame.presentedUs) / 1000,
  };
}

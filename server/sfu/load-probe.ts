/**
 * Measures the load of the code that sends video: samples for core/admission.ts, a few per second.
 *
 * Event loop utilization alone is not enough: on a machine busy with other programs, a loop that waits for the CPU
 * looks idle. The lateness of a timer shows that wait.
 */

import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { LoadSample } from '../core/admission.ts';
import type { Clock } from '../core/clock.ts';

export interface LoadProbeOptions {
  clock: Clock;
  /** All datagrams so far. */
  datagrams: () => { sent: number; dropped: number };
  onSample: (sample: LoadSample, nowUs: number) => void;
}

export const SAMPLE_MS = 250;
/** A frame later than this is not live: an old one, or the machine slept. */
const MAX_LATE_US = 1_000_000;

export class LoadProbe {
  readonly #options: LoadProbeOptions;
  readonly #timer: NodeJS.Timeout;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #datagrams: { sent: number; dropped: number };
  #sampledUs: number;
  #frames = 0;
  #lateUs = 0;
  #sendingUs = 0;

  constructor(options: LoadProbeOptions) {
    this.#options = options;
    this.#sampledUs = options.clock();
    this.#datagrams = options.datagrams();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** A frame was sent to all its viewers. */
  frameSent(encodedUs: number, startedUs: number, endedUs: number): void {
    this.#frames++;
    this.#lateUs += Math.min(MAX_LATE_US, Math.max(0, endedUs - encodedUs));
    this.#sendingUs += endedUs - startedUs;
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const { clock, datagrams, onSample } = this.#options;
    const nowUs = clock();
    const elapsedUs = Math.max(1, nowUs - this.#sampledUs);
    const utilization = performance.eventLoopUtilization();
    const { sent, dropped } = datagrams();
    const droppedNow = dropped - this.#datagrams.dropped;
    const sentNow = sent - this.#datagrams.sent;
    onSample(
      {
        utilization: performance.eventLoopUtilization(utilization, this.#utilization).utilization,
        sendingShare: Math.min(1, this.#sendingUs / elapsedUs),
        delayUs: Math.max(0, elapsedUs - SAMPLE_MS * 1000),
        lateUs: this.#frames === 0 ? 0 : this.#lateUs / this.#frames,
        droppedShare: droppedNow / Math.max(1, droppedNow + sentNow),
      },
      nowUs,
    );
    this.#utilization = utilization;
    this.#datagrams = { sent, dropped };
    this.#sampledUs = nowUs;
    this.#frames = 0;
    this.#lateUs = 0;
    this.#sendingUs = 0;
  }
}

/**
 * Runs the pacer of one transport (core/bandwidth/pacer.ts) when it is due.
 *
 * Invariant: there is a timer only while packets wait, or a probe is running.
 */

import { Pacer, type SendPaced } from '../core/bandwidth/pacer.ts';
import type { Probe } from '../core/bandwidth/probes.ts';
import type { Clock } from '../core/clock.ts';
import type { OutgoingPacket } from './rtp-stream.ts';

/** A timer takes no more than 2^31 ms, and the pace may rise meanwhile. */
const MAX_DELAY_MS = 100;

export class PacedSending {
  readonly #pacer: Pacer<OutgoingPacket>;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;

  /** @param send and `padding`: see Pacer */
  constructor(
    clock: Clock,
    send: SendPaced<OutgoingPacket>,
    padding: (bytes: number) => OutgoingPacket | undefined,
  ) {
    this.#clock = clock;
    this.#pacer = new Pacer(send, padding);
  }

  get isFilling(): boolean {
    return this.#pacer.isFilling;
  }

  get isFull(): boolean {
    return this.#pacer.isFull;
  }

  /** See Pacer. */
  setRate(targetBps: number | undefined, freeBps: number | undefined): void {
    this.#pacer.setRate(targetBps, freeBps);
  }

  add(packet: OutgoingPacket, nowUs: number): void {
    this.#pacer.add(packet, nowUs);
    this.#schedule(nowUs);
  }

  /** See Pacer. */
  replace(ssrc: number, bytes: number): boolean {
    return this.#pacer.replace(ssrc, bytes);
  }

  startProbe(probe: Probe, nowUs: number): void {
    this.#pacer.startProbe(probe, nowUs);
    this.#schedule(nowUs);
  }

  /** Idempotent; waiting packets are dropped. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pacer.clear();
  }

  #schedule(nowUs: number): void {
    const { nextUs } = this.#pacer;
    if (nextUs === undefined || this.#timer) return;
    const delayMs = Math.min(MAX_DELAY_MS, Math.max(1, (nextUs - nowUs) / 1000));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const thenUs = this.#clock();
      this.#pacer.run(thenUs);
      this.#schedule(thenUs);
    }, delayMs);
  }
}

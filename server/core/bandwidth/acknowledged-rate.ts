/** Bits per second that arrive at a viewer, by its own clock, over the last second or less. Time is an argument. */

import type { PacketResult } from './sent-packets.ts';

const SLOT_US = 10_000;
const SLOTS = 100;

export class AcknowledgedRate {
  /** Bytes that arrived in each slot of time. */
  readonly #bytes = new Float64Array(SLOTS);
  #first: number | undefined;
  #newest = 0;

  add(arrivedUs: number, bytes: number): void {
    const slot = Math.floor(arrivedUs / SLOT_US);
    // The first one, or a clock that was set.
    if (this.#first === undefined || Math.abs(slot - this.#newest) > 10 * SLOTS) {
      this.#bytes.fill(0);
      this.#first = slot;
      this.#newest = slot;
    }
    if (slot <= this.#newest - SLOTS) return;
    for (; this.#newest < slot; this.#newest++) this.#bytes[(this.#newest + 1) % SLOTS] = 0;
    this.#bytes[slot % SLOTS] = (this.#bytes[slot % SLOTS] ?? 0) + bytes;
  }

  /** Fills in for a lost report: for the rate, its packets count as arrived as the packets after them did. */
  assume(results: readonly PacketResult[]): void {
    const next = results.find(({ arrivedUs }) => arrivedUs !== undefined);
    if (next?.arrivedUs === undefined) return;
    const delayUs = next.arrivedUs - next.sentUs;
    for (const { isUnreported, sentUs, bytes } of results)
      if (isUnreported) this.add(sentUs + delayUs, bytes);
  }

  /** @returns undefined before that much time has passed. @param windowUs at most a second */
  bps(windowUs: number): number | undefined {
    const slots = Math.min(SLOTS, Math.round(windowUs / SLOT_US));
    if (this.#first === undefined || this.#newest - this.#first < slots) return undefined;
    let bytes = 0;
    for (let slot = this.#newest; slot > this.#newest - slots; slot--)
      bytes += this.#bytes[slot % SLOTS] ?? 0;
    return (bytes * 8_000_000) / (slots * SLOT_US);
  }
}

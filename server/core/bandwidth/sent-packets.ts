/**
 * The packets sent to one viewer recently, by their transport-wide number, and whether its feedback reports each as arrived or
 * lost (core/rtp/transport-feedback.ts).
 *
 * Invariants: only recently sent packets can arrive, and each only once: reports of other numbers, or of the same ones again, are
 * ignored. A packet reported as lost may arrive later and then counts as arrived; a packet that no report names is neither. A
 * packet costs a few words in a ring, which grows to at most MAX_CAPACITY packets. Time is an argument.
 */

import { sequenceDistance } from '../rtp/sequence-numbers.ts';
import type { TransportFeedback } from '../rtp/transport-feedback.ts';

export interface PacketResult {
  sentUs: number;
  /** By a clock of the viewer's, which begins anywhere; undefined: it has not arrived. */
  arrivedUs: number | undefined;
  /** It was reported as lost before. */
  wasLost: boolean;
  /** The report that would have named it was itself lost: unknown. */
  isUnreported: boolean;
  /** As a line carries it. */
  bytes: number;
  /** The probe that it belongs to (probes.ts); 0: none. */
  probe: number;
}

const MIN_CAPACITY = 256;
/** Half of all numbers: more cannot be told apart. Must be a power of two, as must MIN_CAPACITY. */
const MAX_CAPACITY = 32_768;
/** Feedback comes sooner; a ring that holds less grows. */
const MIN_AGE_US = 2_000_000;
/** The 24 bits of a reference time wrap after twelve days. */
const REFERENCE_MODULUS = 2 ** 24;
const REFERENCE_US = 64_000;

const UNKNOWN = 0;
const LOST = 1;
const UNREPORTED = 3;
const ARRIVED = 2;

interface Ring {
  sentUs: Float64Array;
  bytes: Uint16Array;
  probe: Uint16Array;
  state: Uint8Array;
}

export class SentPackets {
  #ring = ringOf(MIN_CAPACITY);
  /** Packets ever sent; the number of the next one, not wrapped. */
  #count = 0;
  /** The first packet without a report. */
  #unreported = 0;
  /** Reference time of the newest feedback, not wrapped. */
  #reference: number | undefined;

  /** @returns the packet's transport-wide number, u16 */
  sent(bytes: number, probe: number, nowUs: number): number {
    let { length } = this.#ring.state;
    const oldest = this.#count % length;
    if (
      this.#count >= length &&
      length < MAX_CAPACITY &&
      nowUs - at(this.#ring.sentUs, oldest) < MIN_AGE_US
    ) {
      this.#grow();
      length = this.#ring.state.length;
    }
    const index = this.#count % length;
    this.#ring.sentUs[index] = nowUs;
    this.#ring.bytes[index] = bytes;
    this.#ring.probe[index] = probe;
    this.#ring.state[index] = UNKNOWN;
    return this.#count++ & 0xffff;
  }

  /** @returns the packets that it newly reports, in the order in which they were sent */
  onFeedback(feedback: TransportFeedback): PacketResult[] {
    const results: PacketResult[] = [];
    const referenceUs = this.#unwrapped(feedback.referenceTime) * REFERENCE_US;
    const newest = this.#count - 1;
    const first = newest + sequenceDistance(feedback.baseSequence, newest & 0xffff);
    const end = first + feedback.arrivals.length;
    if (end > this.#count) return [];
    for (let number = Math.max(this.#unreported, this.#oldest); number < first; number++)
      this.#judge(number, UNREPORTED, undefined, results);
    for (let number = Math.max(first, this.#oldest); number < end; number++) {
      const arrival = feedback.arrivals[number - first];
      const arrivedUs = arrival === undefined ? undefined : referenceUs + arrival;
      this.#judge(number, arrival === undefined ? LOST : ARRIVED, arrivedUs, results);
    }
    this.#unreported = Math.max(this.#unreported, end);
    return results;
  }

  get #oldest(): number {
    return Math.max(0, this.#count - this.#ring.state.length);
  }

  #judge(number: number, next: number, arrivedUs: number | undefined, results: PacketResult[]): void {
    const index = number % this.#ring.state.length;
    const state = this.#ring.state[index] ?? UNKNOWN;
    if (state === ARRIVED || state === next || (state !== UNKNOWN && next === LOST)) return;
    this.#ring.state[index] = next;
    results.push({
      sentUs: at(this.#ring.sentUs, index),
      arrivedUs,
      wasLost: state === LOST,
      isUnreported: next === UNREPORTED,
      bytes: at(this.#ring.bytes, index),
      probe: at(this.#ring.probe, index),
    });
  }

  #unwrapped(referenceTime: number): number {
    const before = this.#reference ?? referenceTime;
    const forward = (((referenceTime - before) % REFERENCE_MODULUS) + REFERENCE_MODULUS) % REFERENCE_MODULUS;
    const reference = before + (forward < REFERENCE_MODULUS / 2 ? forward : forward - REFERENCE_MODULUS);
    this.#reference = Math.max(before, reference);
    return reference;
  }

  #grow(): void {
    const before = this.#ring;
    const { length } = before.state;
    this.#ring = ringOf(2 * length);
    for (let number = this.#count - length; number < this.#count; number++) {
      const [from, to] = [number % length, number % (2 * length)];
      this.#ring.sentUs[to] = at(before.sentUs, from);
      this.#ring.bytes[to] = at(before.bytes, from);
      this.#ring.probe[to] = at(before.probe, from);
      this.#ring.state[to] = at(before.state, from);
    }
  }
}

function ringOf(capacity: number): Ring {
  return {
    sentUs: new Float64Array(capacity),
    bytes: new Uint16Array(capacity),
    probe: new Uint16Array(capacity),
    state: new Uint8Array(capacity),
  };
}

function at(array: Float64Array | Uint16Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}

/**
 * The packets one consumer has sent recently, to answer NACKs (RFC 4585 section 6.2.1, RFC 4588).
 *
 * A ring of references, indexed by sequence number: all viewers of a camera share the payloads, so a viewer's history
 * costs a few words per packet, and nothing before the first. How often a packet is repeated is bounded by its age, by the
 * distance of two repeats, and by the viewer's budget (viewer-line.ts). Time is an argument.
 */

import type { Vp8Numbers } from './vp8-payload-descriptor.ts';

export interface SentPacket {
  /** u16. */
  sequenceNumber: number;
  timestamp90k: number;
  marker: boolean;
  /** Shared by all viewers: without the numbers. */
  payload: Uint8Array;
  numbers: Vp8Numbers;
}

interface Entry extends SentPacket {
  sentUs: number;
  resentUs: number;
  requests: number;
}

/** Must divide 65536, so that the ring's index survives the wrap of sequence numbers. */
const CAPACITY = 1024;
/** Older packets arrive too late to be useful: the viewer requests a keyframe instead. */
const MIN_AGE_US = 1_000_000;
/** A viewer requests a packet about once in a round trip. */
const AGE_ROUND_TRIPS = 5;
/** A request sooner after a retransmission has crossed it. */
const GUARD_ROUND_TRIPS = 0.75;
/** Precision of a round trip. */
const MIN_GUARD_US = 5_000;

export class RtpHistory {
  #entries: (Entry | undefined)[] | undefined;

  /** @param startsKeyframe whether it is a keyframe's first: the viewer no longer needs older packets */
  add(
    { sequenceNumber, timestamp90k, marker, payload, numbers }: SentPacket,
    startsKeyframe: boolean,
    nowUs: number,
  ): void {
    if (startsKeyframe) this.clear();
    this.#entries ??= Array.from<Entry | undefined>({ length: CAPACITY });
    this.#entries[sequenceNumber % CAPACITY] = {
      sequenceNumber,
      timestamp90k,
      marker,
      payload,
      numbers,
      sentUs: nowUs,
      resentUs: -Infinity,
      requests: 0,
    };
  }

  /**
   * A viewer requests a packet.
   *
   * @returns how often it did, this time included; 0 for a packet that is unknown, too old, or sent again so recently that the
   *   request must have crossed it
   */
  request(sequenceNumber: number, nowUs: number, roundTripUs: number): number {
    const entry = this.#find(sequenceNumber);
    if (!entry || nowUs - entry.sentUs > Math.max(MIN_AGE_US, AGE_ROUND_TRIPS * roundTripUs)) return 0;
    if (nowUs - entry.resentUs < Math.max(MIN_GUARD_US, GUARD_ROUND_TRIPS * roundTripUs)) return 0;
    return ++entry.requests;
  }

  /** The packet, however old; undefined when it is unknown. */
  find(sequenceNumber: number): SentPacket | undefined {
    return this.#find(sequenceNumber);
  }

  /** It is being sent again. */
  repeated(sequenceNumber: number, nowUs: number): void {
    const entry = this.#find(sequenceNumber);
    if (entry) entry.resentUs = nowUs;
  }

  clear(): void {
    this.#entries = undefined;
  }

  #find(sequenceNumber: number): Entry | undefined {
    const entry = this.#entries?.[sequenceNumber % CAPACITY];
    return entry?.sequenceNumber === sequenceNumber ? entry : undefined;
  }
}

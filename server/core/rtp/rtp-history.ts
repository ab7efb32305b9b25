/**
 * The packets one consumer has sent recently, to answer NACKs (RFC 4585 section 6.2.1, RFC 4588).
 *
 * A ring of references, indexed by sequence number: all viewers of a camera share the payloads, so a viewer's history
 * costs a few words per packet, and nothing before the first. Time is an argument.
 */

export interface SentPacket {
  /** u16. */
  sequenceNumber: number;
  timestamp90k: number;
  marker: boolean;
  payload: Uint8Array;
}

interface Entry extends SentPacket {
  sentUs: number;
  resentUs: number;
  resends: number;
}

/** Must divide 65536, so that the ring's index survives the wrap of sequence numbers. */
const CAPACITY = 512;
/** Older packets arrive too late to be useful: the viewer requests a keyframe instead. */
const MAX_AGE_US = 1_000_000;
/** Bounds what a viewer with repeated requests can make the server send. */
const MAX_RESENDS = 8;

export class RtpHistory {
  #entries: (Entry | undefined)[] | undefined;

  add({ sequenceNumber, timestamp90k, marker, payload }: SentPacket, nowUs: number): void {
    this.#entries ??= Array.from<Entry | undefined>({ length: CAPACITY });
    this.#entries[sequenceNumber % CAPACITY] = {
      sequenceNumber,
      timestamp90k,
      marker,
      payload,
      sentUs: nowUs,
      resentUs: -Infinity,
      resends: 0,
    };
  }

  /**
   * The packet to send again; undefined when it is unknown, too old, was sent again too often, or so recently that the
   * request must have crossed it.
   *
   * @param minIntervalUs the viewer's round trip
   */
  take(sequenceNumber: number, nowUs: number, minIntervalUs: number): SentPacket | undefined {
    const entry = this.#find(sequenceNumber);
    if (!entry || nowUs - entry.sentUs > MAX_AGE_US) return undefined;
    if (nowUs - entry.resentUs < minIntervalUs) return undefined;
    if (entry.resends >= MAX_RESENDS) return undefined;
    entry.resentUs = nowUs;
    entry.resends++;
    return entry;
  }

  /** The packet, however old, to repeat it unasked; undefined when it is unknown. */
  find(sequenceNumber: number): SentPacket | undefined {
    return this.#find(sequenceNumber);
  }

  clear(): void {
    this.#entries = undefined;
  }

  #find(sequenceNumber: number): Entry | undefined {
    const entry = this.#entries?.[sequenceNumber % CAPACITY];
    return entry?.sequenceNumber === sequenceNumber ? entry : undefined;
  }
}

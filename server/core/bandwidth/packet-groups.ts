/**
 * Puts packets that were sent together into groups, and compares each group with the one before: if they arrive further apart
 * than they were sent, the second one waited longer in a queue of the line.
 *
 * A frame is one group; so are packets that a wireless link held back and then delivers at once. Reordered packets are ignored.
 * Method: draft-ietf-rmcat-gcc-02 section 5.2, as libwebrtc has it today. Time is an argument.
 */

export interface GroupDelta {
  sentUs: number;
  arrivedUs: number;
  /** When the later group had arrived, by the viewer's clock. */
  atUs: number;
}

const GROUP_US = 5_000;
/** Packets delivered together are at most this far apart. */
const BURST_GAP_US = 5_000;
const MAX_BURST_US = 100_000;
/** A clock that was set. */
const MAX_GAP_US = 3_000_000;
const MAX_REORDERED = 3;

interface Group {
  firstSentUs: number;
  lastSentUs: number;
  firstArrivedUs: number;
  lastArrivedUs: number;
}

export class PacketGroups {
  #before: Group | undefined;
  #current: Group | undefined;
  #reordered = 0;

  /** @returns the difference of the two groups before this packet, if it begins a new one */
  add(sentUs: number, arrivedUs: number): GroupDelta | undefined {
    const current = this.#current;
    if (!current || Math.abs(arrivedUs - current.lastArrivedUs) > MAX_GAP_US) {
      this.#before = undefined;
      this.#current = groupOf(sentUs, arrivedUs);
      return undefined;
    }
    if (sentUs < current.firstSentUs) return undefined;
    if (belongs(current, sentUs, arrivedUs)) {
      current.lastSentUs = Math.max(current.lastSentUs, sentUs);
      current.lastArrivedUs = Math.max(current.lastArrivedUs, arrivedUs);
      return undefined;
    }
    const delta = this.#before && {
      sentUs: current.lastSentUs - this.#before.lastSentUs,
      arrivedUs: current.lastArrivedUs - this.#before.lastArrivedUs,
      atUs: current.lastArrivedUs,
    };
    this.#before = current;
    this.#current = groupOf(sentUs, arrivedUs);
    if (!delta || delta.arrivedUs >= 0) {
      this.#reordered = 0;
      return delta;
    }
    // Packets are reordered repeatedly: the times of groups are mixed up.
    if (++this.#reordered >= MAX_REORDERED) {
      this.#before = undefined;
      this.#reordered = 0;
    }
    return undefined;
  }
}

function groupOf(sentUs: number, arrivedUs: number): Group {
  return {
    firstSentUs: sentUs,
    lastSentUs: sentUs,
    firstArrivedUs: arrivedUs,
    lastArrivedUs: arrivedUs,
  };
}

function belongs(group: Group, sentUs: number, arrivedUs: number): boolean {
  if (sentUs - group.firstSentUs <= GROUP_US) return true;
  const gapUs = arrivedUs - group.lastArrivedUs;
  return (
    gapUs <= BURST_GAP_US &&
    gapUs < sentUs - group.lastSentUs &&
    arrivedUs - group.firstArrivedUs < MAX_BURST_US
  );
}

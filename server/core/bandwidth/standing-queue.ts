/**
 * Waiting time of even the fastest packet in the line's queue: the least delay of the last quarter of a second, minus the least
 * one of the last ten seconds. Jitter does not affect it, because some packets are always fast; a queue that never empties does.
 *
 * Invariant: a delay that stays although the rate is lowered is not caused by our video (another path, a TCP flow that fills the
 * queue), and counts as none once it is accepted. Time is an argument, on the viewer's clock.
 */

const SLOT_US = 25_000;
const SLOTS = 10;
const BUCKET_US = 1_000_000;
const BUCKETS = 10;
/** Fewer packets may all have been delayed. */
const MIN_PACKETS = 4;

interface Slot {
  number: number;
  packets: number;
  leastUs: number;
}

export class StandingQueue {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    number: -1,
    packets: 0,
    leastUs: Infinity,
  }));
  #newest = 0;
  /** Least delay of each second, the newest last. */
  #buckets: { beganUs: number; leastUs: number }[] = [];

  add(sentUs: number, arrivedUs: number): void {
    const delayUs = arrivedUs - sentUs;
    const newest = this.#buckets.at(-1);
    if (!newest || arrivedUs - newest.beganUs >= BUCKET_US) {
      this.#buckets.push({ beganUs: arrivedUs, leastUs: delayUs });
      if (this.#buckets.length > BUCKETS) this.#buckets.shift();
    } else newest.leastUs = Math.min(newest.leastUs, delayUs);
    const number = Math.floor(arrivedUs / SLOT_US);
    const slot = this.#slots[number % SLOTS];
    if (!slot || number <= this.#newest - SLOTS) return;
    this.#newest = Math.max(this.#newest, number);
    if (slot.number !== number) Object.assign(slot, { number, packets: 0, leastUs: Infinity });
    slot.packets++;
    slot.leastUs = Math.min(slot.leastUs, delayUs);
  }

  get isKnown(): boolean {
    return this.#recent(SLOTS * SLOT_US).packets >= MIN_PACKETS;
  }

  /** In µs; 0 while too little is known. @param windowUs at most a quarter of a second */
  us(windowUs = SLOTS * SLOT_US): number {
    const { packets, leastUs } = this.#recent(windowUs);
    if (packets < MIN_PACKETS) return 0;
    return Math.max(0, leastUs - Math.min(...this.#buckets.map((bucket) => bucket.leastUs)));
  }

  /** Accepts the present queue as caused by other flows. */
  accept(): void {
    const bucket = this.#buckets.at(-1);
    if (!bucket) return;
    bucket.leastUs = this.#recent(SLOTS * SLOT_US).leastUs;
    this.#buckets = [bucket];
  }

  #recent(windowUs: number): { packets: number; leastUs: number } {
    const sum = { packets: 0, leastUs: Infinity };
    for (const { number, packets, leastUs } of this.#slots) {
      if (number <= this.#newest - windowUs / SLOT_US) continue;
      sum.packets += packets;
      sum.leastUs = Math.min(sum.leastUs, leastUs);
    }
    return sum;
  }
}

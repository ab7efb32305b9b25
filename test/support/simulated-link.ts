/**
 * A line in virtual time: rate with a queue, delay, jitter with or without reordering, losses at random or in bursts,
 * other traffic.
 */

export interface LinkSettings {
  /** Infinity: no queue ever. */
  rateBps: number;
  /** More is dropped. */
  queueMs: number;
  delayMs: number;
  /** Added to each packet, 0 … 2 × this; packets keep their order unless `reorder`. */
  jitterMs: number;
  reorder: boolean;
  /** 0 … 1. */
  loss: number;
  /** Mean number of packets lost in a row. */
  lossBurst: number;
  /** Nothing passes for `stallMs` at the end of each `stallEveryMs`; then everything does at once. */
  stallEveryMs: number;
  stallMs: number;
  /** Share of the rate that other traffic takes. */
  otherShare: number;
  /** Drops packets above the rate, beyond one burst of the queue's length; none waits. */
  isPolicer: boolean;
}

export class SimulatedLink {
  readonly settings: LinkSettings;
  readonly #random: () => number;
  #freeUs = 0;
  #lastArrivalUs = 0;
  #isLosing = false;

  constructor(random: () => number, settings: Partial<LinkSettings> = {}) {
    this.#random = random;
    this.settings = {
      rateBps: Infinity,
      queueMs: 100,
      delayMs: 10,
      jitterMs: 0,
      reorder: false,
      loss: 0,
      lossBurst: 1,
      stallEveryMs: 0,
      stallMs: 0,
      otherShare: 0,
      isPolicer: false,
      ...settings,
    };
  }

  /** µs that a packet waits which comes now. */
  queueUs(nowUs: number): number {
    return Math.max(0, this.#freeUs - nowUs);
  }

  /** @returns when the packet arrives; undefined: never */
  send(bytes: number, nowUs: number): number | undefined {
    const { rateBps, queueMs, delayMs, jitterMs, reorder, otherShare, isPolicer } = this.settings;
    if (this.queueUs(nowUs) > queueMs * 1000) return undefined;
    this.#freeUs =
      Math.max(this.#freeUs, nowUs) + (bytes * 8_000_000) / Math.max(1, rateBps * (1 - otherShare));
    if (this.#isLost()) return undefined;
    let arrivalUs = (isPolicer ? nowUs : this.#freeUs) + (delayMs + 2 * jitterMs * this.#random()) * 1000;
    arrivalUs = this.#afterStall(arrivalUs);
    if (!reorder) arrivalUs = Math.max(arrivalUs, this.#lastArrivalUs);
    this.#lastArrivalUs = arrivalUs;
    return arrivalUs;
  }

  #isLost(): boolean {
    const { loss, lossBurst } = this.settings;
    // Gilbert's model: from one burst of losses to the next.
    if (this.#isLosing) this.#isLosing = this.#random() >= 1 / lossBurst;
    else this.#isLosing = this.#random() < loss / (lossBurst * (1 - loss));
    return this.#isLosing;
  }

  #afterStall(arrivalUs: number): number {
    const { stallEveryMs, stallMs } = this.settings;
    if (stallEveryMs === 0) return arrivalUs;
    const phaseUs = arrivalUs % (stallEveryMs * 1000);
    const openUs = (stallEveryMs - stallMs) * 1000;
    return phaseUs < openUs ? arrivalUs : arrivalUs - phaseUs + stallEveryMs * 1000;
  }
}

/** A flow that grows until it loses a packet, halves, and grows again: TCP in short (RFC 5681). */
export class TcpLikeFlow {
  readonly #link: SimulatedLink;
  readonly #inFlight: number[] = [];
  #windowPackets = 10;
  #halvedUs = -Infinity;
  arrivedBytes = 0;

  constructor(link: SimulatedLink) {
    this.#link = link;
  }

  /** Call it every millisecond. */
  step(nowUs: number): void {
    while ((this.#inFlight[0] ?? Infinity) <= nowUs) {
      this.#inFlight.shift();
      this.arrivedBytes += 1500;
      this.#windowPackets += 1 / this.#windowPackets;
    }
    while (this.#inFlight.length < this.#windowPackets) {
      const arrivalUs = this.#link.send(1500, nowUs);
      const returnUs = this.#link.settings.delayMs * 1000;
      if (arrivalUs === undefined) {
        if (nowUs - this.#halvedUs > 2 * returnUs + 100_000) {
          this.#windowPackets = Math.max(2, this.#windowPackets / 2);
          this.#halvedUs = nowUs;
        }
        return;
      }
      this.#inFlight.push(arrivalUs + returnUs);
    }
  }
}

/**
 * A sender and a viewer over a simulated line, in virtual time: frames that obey the estimate, the pacer, and the
 * transport-wide feedback of a browser.
 */

import { BandwidthEstimator } from '../../server/core/bandwidth/estimator.ts';
import { Pacer, type Paced } from '../../server/core/bandwidth/pacer.ts';
import type { TransportFeedback } from '../../server/core/rtp/transport-feedback.ts';
import { SimulatedLink, TcpLikeFlow, type LinkSettings } from './simulated-link.ts';

export interface Second {
  /** At its end. */
  targetBps: number;
  sentBps: number;
  arrivedBps: number;
  /** Longest that a packet of ours waited in the line, and mean. */
  queueMs: number;
  meanQueueMs: number;
  lost: number;
}

const STEP_US = 1_000;
const FEEDBACK_US = 100_000;
const MAX_PACKET_BYTES = 1218;
const FIRST_US = 1_700_000_000_000_000;
const REFERENCE_US = 64_000;

interface SimulatedPacket extends Paced {
  readonly addedUs: number;
}

export interface ViewerOptions {
  /** The most that the cameras send. */
  fullBps?: number;
  /** Share of the feedback that is lost. */
  feedbackLoss?: number;
  /** Drift of the viewer's clock, per million. */
  drift?: number;
  /** Number of frames from one keyframe, of 6 frames' size, to the next. */
  keyframeEvery?: number;
  frameUs?: number;
}

export class SimulatedViewer {
  readonly estimator = new BandwidthEstimator();
  readonly link: SimulatedLink;
  readonly seconds: Second[] = [];
  nowUs = FIRST_US;
  /** The longest that a packet was held back by the pacer, ms. */
  heldMs = 0;
  /** Frames skipped because too much waited. */
  skipped = 0;
  /** Share of the feedback that is lost. */
  feedbackLoss: number;
  /** Shares the line while it is there. */
  tcp: TcpLikeFlow | undefined;
  readonly #pacer: Pacer<SimulatedPacket>;
  readonly #options: Required<ViewerOptions>;
  #isProbed = false;
  readonly #random: () => number;
  readonly #arriving: { number: number; atUs: number }[] = [];
  readonly #feedback: { atUs: number; feedback: TransportFeedback }[] = [];
  #received = new Map<number, number>();
  #nextNumber = 0;
  #feedbackCount = 0;
  #second = { sentBytes: 0, arrivedBytes: 0, queueUs: 0, queueSumUs: 0, packets: 0, lost: 0 };

  constructor(random: () => number, link: Partial<LinkSettings>, options: ViewerOptions = {}) {
    this.#random = random;
    this.link = new SimulatedLink(random, link);
    this.feedbackLoss = options.feedbackLoss ?? 0;
    this.#options = {
      fullBps: 950_000,
      feedbackLoss: 0,
      drift: 0,
      keyframeEvery: 250,
      frameUs: 40_000,
      ...options,
    };
    this.#pacer = new Pacer<SimulatedPacket>(
      (packet, probe) => this.#leave(packet, probe),
      (bytes) => ({ bytes: Math.min(323, bytes), isRepair: true, addedUs: this.nowUs }),
    );
  }

  /** Runs on for this many seconds. */
  run(seconds: number): this {
    for (let second = 0; second < seconds; second++) {
      for (let step = 0; step < 1_000_000 / STEP_US; step++) this.#step();
      this.#endSecond();
    }
    return this;
  }

  startTcp(): TcpLikeFlow {
    return (this.tcp = new TcpLikeFlow(this.link));
  }

  /** The viewer takes another path. */
  restart(): void {
    this.estimator.restart(this.nowUs);
    this.#pacer.setRate(undefined, this.estimator.wantedBps);
    this.#isProbed = false;
  }

  /** The last seconds. */
  last(count: number): Second[] {
    return this.seconds.slice(-count);
  }

  get #elapsedUs(): number {
    return this.nowUs - FIRST_US;
  }

  #step(): void {
    const { nowUs } = this;
    this.tcp?.step(nowUs);
    const { frameUs } = this.#options;
    if (this.#elapsedUs % frameUs === 0) this.#frame(this.#elapsedUs / frameUs);
    if ((this.#pacer.nextUs ?? Infinity) <= nowUs) this.#pacer.run(nowUs);
    this.#arriving.sort((a, b) => a.atUs - b.atUs);
    while ((this.#arriving[0]?.atUs ?? Infinity) <= nowUs) {
      const { number, atUs } = this.#arriving.shift() ?? { number: 0, atUs: 0 };
      this.#received.set(number, atUs);
    }
    if (this.#elapsedUs % FEEDBACK_US === 0) this.#report();
    while ((this.#feedback[0]?.atUs ?? Infinity) <= nowUs) {
      const { feedback } = this.#feedback.shift() ?? {};
      if (feedback) this.#onFeedback(feedback);
    }
    this.nowUs += STEP_US;
  }

  #onFeedback(feedback: TransportFeedback): void {
    const { estimator, nowUs } = this;
    estimator.onFeedback(feedback, this.link.settings.delayMs * 2000, nowUs);
    this.followEstimate();
    const probe = estimator.probeDue(nowUs);
    if (probe) this.#pacer.startProbe(probe, nowUs);
  }

  /** Follows the estimator, whose finding may have changed. */
  protected followEstimate(): void {
    this.setPace(this.estimator.mustFit ? undefined : this.estimator.wantedBps);
  }

  /** @param freeBps see Pacer */
  protected setPace(freeBps: number | undefined): void {
    this.#pacer.setRate(this.estimator.targetBps(this.nowUs), freeBps);
  }

  /** Bytes of each camera's frame of now. */
  protected framesBytes(frame: number): number[] {
    const { fullBps, keyframeEvery, frameUs } = this.#options;
    const bps = Math.min(fullBps, 0.85 * (this.estimator.targetBps(this.nowUs) ?? fullBps));
    const bytes = ((bps / 8) * frameUs) / 1_000_000;
    return [bytes * (frame % keyframeEvery === 0 ? 6 : 0.7 + 0.6 * this.#random())];
  }

  #frame(frame: number): void {
    if (!this.#isProbed) {
      this.#isProbed = true;
      const probe = this.estimator.probeDue(this.nowUs);
      if (probe) this.#pacer.startProbe(probe, this.nowUs);
    }
    for (const bytes of this.framesBytes(frame)) {
      if (this.#pacer.isFull) {
        this.skipped++;
        continue;
      }
      const packets = Math.max(1, Math.ceil(bytes / MAX_PACKET_BYTES));
      for (let packet = 0; packet < packets; packet++)
        this.#pacer.add(
          { bytes: Math.ceil(bytes / packets), isRepair: false, addedUs: this.nowUs },
          this.nowUs,
        );
    }
  }

  #leave({ bytes, addedUs }: SimulatedPacket, probe: number): void {
    this.heldMs = Math.max(this.heldMs, (this.nowUs - addedUs) / 1000);
    const number = this.estimator.sent(bytes, probe, this.nowUs);
    const queueUs = this.link.queueUs(this.nowUs);
    const atUs = this.link.send(bytes, this.nowUs);
    this.#second.sentBytes += bytes;
    this.#second.packets++;
    this.#second.queueUs = Math.max(this.#second.queueUs, queueUs);
    this.#second.queueSumUs += queueUs;
    if (atUs === undefined) this.#second.lost++;
    else {
      this.#second.arrivedBytes += bytes;
      this.#arriving.push({ number, atUs });
    }
  }

  /** Reports arrivals since the last report, from the first number missing or new. */
  #report(): void {
    if (this.#received.size === 0) return;
    const numbers = [...this.#received.keys()].map((number) => distance(number, this.#nextNumber));
    const first = Math.min(0, ...numbers);
    const last = Math.max(...numbers);
    const clock = (us: number): number => (us - FIRST_US) * (1 + this.#options.drift / 1_000_000);
    const base = (this.#nextNumber + first + 65_536) % 65_536;
    const earliestUs = Math.min(...this.#received.values());
    const referenceTime = Math.floor(clock(earliestUs) / REFERENCE_US);
    const arrivals: (number | undefined)[] = [];
    for (let offset = first; offset <= last; offset++) {
      const atUs = this.#received.get((this.#nextNumber + offset + 65_536) % 65_536);
      arrivals.push(
        atUs === undefined ? undefined : Math.round((clock(atUs) - referenceTime * REFERENCE_US) / 250) * 250,
      );
    }
    this.#nextNumber = (this.#nextNumber + Math.max(0, last + 1)) % 65_536;
    this.#received = new Map();
    const feedback = {
      baseSequence: base,
      referenceTime: referenceTime % 2 ** 24,
      feedbackCount: this.#feedbackCount++ % 256,
      arrivals,
    };
    if (this.#random() < this.feedbackLoss) return;
    this.#feedback.push({ atUs: this.nowUs + this.link.settings.delayMs * 1000, feedback });
  }

  #endSecond(): void {
    const { sentBytes, arrivedBytes, queueUs, queueSumUs, packets, lost } = this.#second;
    this.seconds.push({
      targetBps: this.estimator.targetBps(this.nowUs) ?? 0,
      sentBps: sentBytes * 8,
      arrivedBps: arrivedBytes * 8,
      queueMs: queueUs / 1000,
      meanQueueMs: queueSumUs / Math.max(1, packets) / 1000,
      lost,
    });
    this.#second = { sentBytes: 0, arrivedBytes: 0, queueUs: 0, queueSumUs: 0, packets: 0, lost: 0 };
  }
}

function distance(number: number, from: number): number {
  const forward = (number - from + 65_536) % 65_536;
  return forward < 32_768 ? forward : forward - 65_536;
}

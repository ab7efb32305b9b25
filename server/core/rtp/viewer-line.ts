/**
 * State of one viewer's line, which all its cameras share: what it carries (core/bandwidth/estimator.ts), and the budget of
 * retransmissions.
 *
 * Invariant: retransmissions are a share of what the line carries. On a line that loses packets at random nearly everything is
 * repeated; on a line that is too narrow, where repeating makes it worse, little is. Time is an argument.
 */

import { BandwidthEstimator } from '../bandwidth/estimator.ts';
import type { ArrivalRate } from './arrival-rate.ts';
import { KeyframeAllowance } from './keyframe-allowance.ts';

/** Used until the first receiver report gives the round trip. */
const ASSUMED_ROUND_TRIP_US = 50_000;
/** More than ten seconds is a false report or a wrapped clock; in units of 1/65536 s. */
const MAX_ROUND_TRIP = 655_360;
/** Share of what arrives that may be sent, first transmissions and repeats together, while that much passes. */
const TOTAL_SHARE = 1.5;
/** Minimum, as a share of what arrives. */
const RESEND_SHARE = 0.15;
const MIN_RESEND_BPS = 32_000;
/** Less of what is sent than this arrives: the line carries no more. Random losses are seldom as many. */
const ARRIVING_SHARE = 0.8;
/** Before anything is known. */
const FIRST_RESEND_BPS = 256_000;
/** Packets repeated at once: a keyframe and the frames behind it. */
const MIN_BURST_BYTES = 48_000;
const BURST_SECONDS = 0.5;
/** The sums over all streams are as old as this: they change about once a second, and are read for each packet. */
const MAX_SUMS_AGE_US = 20_000;

/** A smaller change of the estimate is none. */
const MIN_CHANGE = 0.02;

export interface LineFigures {
  roundTripUs: number;
  /** Capacity of the line, with headers and repairs; undefined while unknown. */
  targetBps: number | undefined;
  /** How long packets wait in the line because of what we send. */
  queueUs: number;
  /** Arrival rate, as the last reports of all streams say. */
  arrivedBps: number;
  resendBps: number;
  /** Requests that were not answered in full because the budget was spent. */
  resendsRefused: number;
}

/** Bits per second. */
interface LineSums {
  atUs: number;
  mediaBps: number;
  repeatedBps: number;
  arrivedBps: number;
}

export class ViewerLine {
  readonly #media = new Set<ArrivalRate>();
  readonly #retransmissions = new Set<ArrivalRate>();
  readonly #keyframes = new Map<string, KeyframeAllowance>();
  readonly bandwidth: BandwidthEstimator;
  /** Repair packets that it needs, of the packets of video, as the last reports say. */
  correctionShare = 0;
  #targetBps: number | undefined;
  #mustFit = false;
  #roundTripUs = ASSUMED_ROUND_TRIP_US;
  #wasRated = false;
  #sums: LineSums | undefined;
  /** Below zero after a whole that was larger than the budget. */
  #bytes = MIN_BURST_BYTES;
  #takenUs: number | undefined;
  #refused = 0;

  constructor(bandwidth = new BandwidthEstimator()) {
    this.bandwidth = bandwidth;
  }

  get roundTripUs(): number {
    return this.#roundTripUs;
  }

  /** Bits per second that it carries, with headers and repairs; undefined while unknown. As of the last `follow`. */
  get targetBps(): number | undefined {
    return this.#targetBps;
  }

  /** `videoBps`, once something showed that the line carries no more than about that; before, nothing is to be lowered for it. */
  get limitBps(): number | undefined {
    return this.#mustFit ? this.videoBps : undefined;
  }

  /** Its limit was met, or it carries all that is watched. */
  get isKnown(): boolean {
    return this.#mustFit || (this.#targetBps ?? 0) >= this.bandwidth.wantedBps;
  }

  /** The viewer takes another way, Wi-Fi or mobile: nothing that was found holds any more. */
  restart(nowUs: number): void {
    this.#roundTripUs = ASSUMED_ROUND_TRIP_US;
    this.#wasRated = false;
    this.#bytes = MIN_BURST_BYTES;
    this.bandwidth.restart(nowUs);
    this.correctionShare = 0;
    this.#targetBps = undefined;
    this.#mustFit = false;
  }

  figures(nowUs: number): LineFigures {
    return {
      roundTripUs: this.#roundTripUs,
      targetBps: this.#targetBps,
      queueUs: this.bandwidth.queueUs,
      arrivedBps: this.#sumsAt(nowUs).arrivedBps,
      resendBps: this.#resendBps(nowUs),
      resendsRefused: this.#refused,
    };
  }

  /**
   * Takes over what was found since: call it after each feedback, and once a second. @returns whether that changes
   * `targetBps` or `limitBps`
   */
  follow(nowUs: number): boolean {
    const [before, wasToFit] = [this.#targetBps, this.#mustFit];
    const bps = this.bandwidth.targetBps(nowUs);
    const isSame =
      bps === before ||
      (bps !== undefined && before !== undefined && Math.abs(bps - before) < MIN_CHANGE * before);
    if (!isSame) this.#targetBps = bps;
    this.#mustFit = this.bandwidth.mustFit;
    return !isSame || this.#mustFit !== wasToFit;
  }

  /** Bits per second of it for video: where no more passes, the rest is for repairs. */
  get videoBps(): number | undefined {
    if (this.#targetBps === undefined || !this.bandwidth.isAtLimit) return this.#targetBps;
    return this.#targetBps / (1 + this.correctionShare);
  }

  /** Room for repairs besides the video, as a share of the video; infinite while no limit is known. */
  spareShare(nowUs: number): number {
    if (this.isNarrow(nowUs)) return 0;
    if (this.#targetBps === undefined || !this.bandwidth.isAtLimit) return Infinity;
    const { mediaBps, repeatedBps } = this.#sumsAt(nowUs);
    return Math.max(0, (this.#targetBps - mediaBps - repeatedBps) / Math.max(1, mediaBps));
  }

  /** Much of what is sent does not arrive. */
  isNarrow(nowUs: number): boolean {
    const { mediaBps, repeatedBps, arrivedBps } = this.#sumsAt(nowUs);
    return arrivedBps < ARRIVING_SHARE * (mediaBps + repeatedBps);
  }

  /** It is known how much of what is sent arrives. */
  isRated(nowUs: number): boolean {
    return this.#sumsAt(nowUs).arrivedBps > 0;
  }

  /** Two streams of a camera that share the line from now on. @returns takes them away again */
  add(media: ArrivalRate, retransmission: ArrivalRate): () => void {
    this.#media.add(media);
    this.#retransmissions.add(retransmission);
    this.#sums = undefined;
    return () => {
      this.#media.delete(media);
      this.#retransmissions.delete(retransmission);
      this.#sums = undefined;
    };
  }

  /** One for each rung of each camera, which outlives its consumers: joining anew gives no new allowance. */
  keyframesOf(rungOfCamera: string): KeyframeAllowance {
    const allowance = this.#keyframes.get(rungOfCamera) ?? new KeyframeAllowance();
    this.#keyframes.set(rungOfCamera, allowance);
    return allowance;
  }

  /**
   * RFC 3550 section 6.4.1: now − last SR − delay since last SR.
   *
   * @param nowMiddle32 the middle 32 bits of the current NTP time
   */
  onReport(lastSr: number, delaySinceLastSr: number, nowMiddle32: number): void {
    if (lastSr === 0) return;
    const roundTrip = (nowMiddle32 - lastSr - delaySinceLastSr) >>> 0;
    if (roundTrip < MAX_ROUND_TRIP) this.#roundTripUs = Math.max(1000, (roundTrip / 65_536) * 1_000_000);
  }

  /** @returns whether a packet of `bytes` may be sent again now */
  takeResend(bytes: number, nowUs: number): boolean {
    this.#refill(nowUs);
    if (this.#bytes < bytes) {
      this.#refused++;
      return false;
    }
    this.#bytes -= bytes;
    return true;
  }

  /**
   * @returns whether `bytes` may be sent again now, though a part of them is of no use. If they exceed a burst, a burst is
   *   enough, and the rest is owed.
   */
  takeWhole(bytes: number, nowUs: number): boolean {
    this.#refill(nowUs);
    if (this.#bytes < Math.min(bytes, MIN_BURST_BYTES)) return false;
    this.#bytes -= bytes;
    return true;
  }

  #refill(nowUs: number): void {
    const seconds = Math.max(0, nowUs - (this.#takenUs ?? nowUs)) / 1_000_000;
    this.#takenUs = nowUs;
    const burst = Math.max(MIN_BURST_BYTES, (this.#sumsAt(nowUs).arrivedBps / 8) * BURST_SECONDS);
    this.#bytes = Math.min(burst, this.#bytes + (seconds * this.#resendBps(nowUs)) / 8);
  }

  #resendBps(nowUs: number): number {
    const { mediaBps, arrivedBps } = this.#sumsAt(nowUs);
    if (this.#targetBps !== undefined)
      return Math.max(MIN_RESEND_BPS, RESEND_SHARE * this.#targetBps, this.#targetBps - mediaBps);
    this.#wasRated ||= arrivedBps > 0;
    if (!this.#wasRated) return FIRST_RESEND_BPS;
    return Math.max(MIN_RESEND_BPS, RESEND_SHARE * arrivedBps, TOTAL_SHARE * arrivedBps - mediaBps);
  }

  #sumsAt(nowUs: number): LineSums {
    if (this.#sums && Math.abs(nowUs - this.#sums.atUs) < MAX_SUMS_AGE_US) return this.#sums;
    const sums = { atUs: nowUs, mediaBps: 0, repeatedBps: 0, arrivedBps: 0 };
    for (const rate of this.#media) {
      const { sentBps, arrivedBps } = rate.at(nowUs);
      sums.mediaBps += sentBps;
      sums.arrivedBps += arrivedBps;
    }
    for (const rate of this.#retransmissions) {
      const { sentBps, arrivedBps } = rate.at(nowUs);
      sums.repeatedBps += sentBps;
      sums.arrivedBps += arrivedBps;
    }
    this.#sums = sums;
    return sums;
  }
}

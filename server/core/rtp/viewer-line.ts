/**
 * State of one viewer's line, which all its cameras share: its capacity (core/bandwidth/estimator.ts), and the budget of
 * retransmissions.
 *
 * Invariant: retransmissions are a share of the line's capacity. On a line with random losses nearly every lost packet is sent
 * again; on a line that is too narrow, where retransmissions make it worse, only few are. Time is an argument.
 */

import { BandwidthEstimator } from '../bandwidth/estimator.ts';
import type { ArrivalRate } from './arrival-rate.ts';
import { KeyframeAllowance } from './keyframe-allowance.ts';

/** Used until the first receiver report gives the round trip. */
const ASSUMED_ROUND_TRIP_US = 50_000;
/** More than ten seconds is a false report or a wrapped clock; in units of 1/65536 s. */
const MAX_ROUND_TRIP = 655_360;
/** Share of the arriving rate that may be sent, retransmissions included, while that much arrives. */
const TOTAL_SHARE = 1.5;
/** Minimum, as a share of the arriving rate. */
const RESEND_SHARE = 0.15;
const MIN_RESEND_BPS = 32_000;
/** If a smaller share than this arrives, the line is full. Random losses are rarely that high. */
const ARRIVING_SHARE = 0.8;
/** Before the first measurement. */
const FIRST_RESEND_BPS = 256_000;
/** Retransmissions at once: a keyframe and the frames after it. */
const MIN_BURST_BYTES = 48_000;
const BURST_SECONDS = 0.5;
/** The sums over all streams are as old as this: they change about once a second, and are read for each packet. */
const MAX_SUMS_AGE_US = 20_000;

/** A smaller change of the estimate is ignored. */
const MIN_CHANGE = 0.02;

export interface LineFigures {
  roundTripUs: number;
  /** Capacity of the line, with headers and repairs; undefined while unknown. */
  targetBps: number | undefined;
  /** How long packets wait in the queue that our own video causes. */
  queueUs: number;
  /** Arrival rate, according to the last reports of all streams. */
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
  /** Share of repair packets that it needs, relative to the video, according to the last reports. */
  correctionShare = 0;
  #targetBps: number | undefined;
  #mustFit = false;
  #roundTripUs = ASSUMED_ROUND_TRIP_US;
  #wasRated = false;
  #sums: LineSums | undefined;
  /** Below zero after a retransmission larger than the budget. */
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

  /** `videoBps`, once the line was shown to carry no more than about that; before, it lowers nothing. */
  get limitBps(): number | undefined {
    return this.#mustFit ? this.videoBps : undefined;
  }

  /** Its limit was found, or it carries all watched cameras. */
  get isKnown(): boolean {
    return this.#mustFit || (this.#targetBps ?? 0) >= this.bandwidth.wantedBps;
  }

  /** The viewer uses another path, Wi-Fi or mobile: earlier measurements no longer apply. */
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
   * Applies the latest measurements: call it after each feedback, and once a second. @returns whether that changes `targetBps` or
   * `limitBps`
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

  /** Its part for video, bits per second; on a full line, the rest is for repairs. */
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

  /** The arriving share is known. */
  isRated(nowUs: number): boolean {
    return this.#sumsAt(nowUs).arrivedBps > 0;
  }

  /** Adds two streams of a camera that share the line. @returns removes them again */
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

  /** One for each rung of each camera; it outlives its consumers, so that joining again gives no new allowance. */
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
   * @returns whether `bytes` may be sent again now, although a part of them may be useless. If they exceed a burst, the budget of
   * one burst is enough, and the rest is owed.
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

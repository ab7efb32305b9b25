/**
 * Estimates the rate of one viewer's line, in bits per second, from its transport-wide feedback: from a growing queue
 * (delay-trend.ts, standing-queue.ts) that our video fills (vain-decreases.ts), from losses caused by the rate (loss-cause.ts),
 * and from probes (probes.ts). If a viewer sends no such feedback, its own estimate (REMB) decides.
 *
 * Invariants: random losses and a long round trip do not lower the estimate, and a path that becomes longer lowers it for two
 * seconds at most; a viewer's reports raise the estimate no further than the rate that was sent; no measurement of one path
 * applies to the next. Time is an argument.
 */

import type { TransportFeedback } from '../rtp/transport-feedback.ts';
import { AcknowledgedRate } from './acknowledged-rate.ts';
import { DelayTrend } from './delay-trend.ts';
import { FeedbackSilence } from './feedback-silence.ts';
import { LossCause, type LossVerdict } from './loss-cause.ts';
import { PacketGroups } from './packet-groups.ts';
import { Probes, type Probe, type ProbeResult } from './probes.ts';
import { MIN_BPS, RateSteps } from './rate-steps.ts';
import { SentPackets, type PacketResult } from './sent-packets.ts';
import { StandingQueue } from './standing-queue.ts';
import { VainDecreases } from './vain-decreases.ts';

const ACKNOWLEDGED_US = 500_000;
/** While the line is full, the arriving rate is the rate of the line, and is known soon. */
const FULL_ACKNOWLEDGED_US = 200_000;
/** Losses come in bursts: a shorter time means little. */
const LOSSY_ACKNOWLEDGED_US = 1_000_000;
const MAX_QUEUE_US = 50_000;
/** With a trend to grow. */
const GROWING_QUEUE_US = 12_000;
/** While losses show that the queue is full. */
const LOSSY_QUEUE_US = 35_000;
const LOSSY_WINDOW_US = 100_000;
const LOSSY_SHARE = 0.2;
const LOSSY_PACKETS = 3;
/** With a longer queue the rate is held until it has drained. */
const HOLD_QUEUE_US = 25_000;
/** From a decrease of the rate until the feedback shows it. */
const EFFECT_US = 400_000;
/** In a queue that another flow fills, only losses show that it is full. */
const SHARED_LOSS = 0.1;
/** A policer lets a short probe pass, so probes say nothing for this long after a policer was noticed. */
const POLICED_US = 20_000_000;
/** Share of the arriving rate while the line is full … */
const DECREASE = 0.85;
/** … and while its queue only begins to grow, which drains soon. */
const EARLY_DECREASE = 0.92;
const SILENT_DECREASE = 0.7;
/** REMB comes more often. */
const REMB_AGE_US = 5_000_000;
/** The demand of one camera, unless a caller states a higher one. */
const WANTED_BPS = 1_300_000;
const FIRST_ENOUGH = 2;
const ENOUGH = 1.4;
const MOST = 3;
/** Feedback comes about ten times a second. */
const MIN_FEEDBACK_INTERVAL_US = 5_000;

export class BandwidthEstimator {
  readonly #packets = new SentPackets();
  #groups = new PacketGroups();
  #trend = new DelayTrend();
  #queue = new StandingQueue();
  #acknowledged = new AcknowledgedRate();
  #sentRate = new AcknowledgedRate();
  #losses = new LossCause();
  #probes = new Probes();
  #steps: RateSteps | undefined;
  #beganUs = -Infinity;
  #feedbackUs = -Infinity;
  readonly #silence = new FeedbackSilence();
  #mustFit = false;
  #loweredUs = -Infinity;
  #vain = new VainDecreases();
  #beforeTrialBps: number | undefined;
  #remb: { bps: number; atUs: number } | undefined;
  /** The demand of all watched cameras; probes end there. */
  wantedBps = WANTED_BPS;

  /** On the line, with headers and repairs; undefined while unknown. */
  targetBps(nowUs: number): number | undefined {
    if (this.#steps) return this.#steps.bps;
    const { bps = 0, atUs = -Infinity } = this.#remb ?? {};
    return nowUs - atUs < REMB_AGE_US ? Math.max(MIN_BPS, Math.min(bps, this.#mostBps)) : undefined;
  }

  /**
   * All watched cameras must fit into the estimate. Before a limit of the line is found, the estimate is only the rate tried so
   * far.
   */
  get mustFit(): boolean {
    return this.#steps ? this.#mustFit : this.#remb !== undefined;
  }

  /** The estimate has reached the capacity of the line. */
  get isAtLimit(): boolean {
    return this.#steps?.isLimitKnown ?? false;
  }

  /** Time that our packets wait in the line, µs. */
  get queueUs(): number {
    return this.#queue.us();
  }

  get lossShare(): number {
    return this.#losses.share;
  }

  /** A packet leaves. @param probe it belongs to, or 0. @returns its transport-wide number, u16 */
  sent(bytes: number, probe: number, nowUs: number): number {
    if (this.#silence.sent(nowUs) && this.#steps) {
      this.#mustFit = true;
      this.#steps.set(SILENT_DECREASE * this.#steps.bps, nowUs);
    }
    return this.#packets.sent(bytes, probe, nowUs);
  }

  onFeedback(feedback: TransportFeedback, roundTripUs: number, nowUs: number): void {
    if (nowUs - this.#feedbackUs < MIN_FEEDBACK_INTERVAL_US) return;
    const results = this.#packets.onFeedback(feedback).filter(({ sentUs }) => sentUs >= this.#beganUs);
    if (results.length === 0) return;
    this.#feedbackUs = nowUs;
    this.#silence.end();
    let verdict: LossVerdict = 'none';
    let probed: ProbeResult | undefined;
    this.#acknowledged.assume(results);
    for (const result of results) {
      const next = this.#take(result, nowUs);
      if (next.verdict !== 'none') verdict = next.verdict;
      probed = next.probed ?? probed;
    }
    if (verdict === 'random') this.#endTrial(nowUs);
    this.#steps ??= this.#first(probed);
    this.#mustFit ||= probed?.isLimit ?? false;
    if (this.#steps) this.#decide(this.#steps, results, verdict, probed, roundTripUs, nowUs);
  }

  onRemb(bps: number, nowUs: number): void {
    if (bps >= 0) this.#remb = { bps, atUs: nowUs };
  }

  /** Sent packets already wait on this machine. */
  onPathFull(roundTripUs: number, nowUs: number): void {
    if (this.#steps && nowUs - this.#loweredUs > roundTripUs + 2 * EFFECT_US)
      this.#lower(this.#steps, FULL_ACKNOWLEDGED_US, DECREASE, nowUs);
  }

  /** @returns the probe to send now, if one is due */
  probeDue(nowUs: number): Probe | undefined {
    // Until a viewer has shown that it answers, one probe is enough.
    if (!this.#steps && this.#feedbackUs === -Infinity && this.#silence.isAwaited) return undefined;
    const enough = this.#loweredUs === -Infinity ? FIRST_ENOUGH : ENOUGH;
    return this.#probes.due(this.#steps?.bps, enough * this.wantedBps, this.mustFit, nowUs);
  }

  /** The viewer uses another path: earlier measurements no longer apply. */
  restart(nowUs: number): void {
    this.#groups = new PacketGroups();
    this.#trend = new DelayTrend();
    this.#queue = new StandingQueue();
    this.#acknowledged = new AcknowledgedRate();
    this.#sentRate = new AcknowledgedRate();
    this.#losses = new LossCause();
    this.#probes = new Probes();
    this.#steps = undefined;
    this.#beganUs = nowUs;
    this.#silence.end();
    this.#mustFit = false;
    this.#feedbackUs = -Infinity;
    this.#loweredUs = -Infinity;
    this.#vain = new VainDecreases();
    this.#beforeTrialBps = undefined;
    this.#remb = undefined;
  }

  #take(result: PacketResult, nowUs: number): { verdict: LossVerdict; probed: ProbeResult | undefined } {
    const { sentUs, arrivedUs, bytes } = result;
    if (!result.wasLost) this.#sentRate.add(sentUs, bytes);
    if (result.isUnreported) return { verdict: 'none', probed: undefined };
    const verdict = this.#losses.add(result, nowUs);
    const probed = this.#probes.onResult(result, nowUs);
    if (arrivedUs === undefined) return { verdict, probed };
    this.#acknowledged.add(arrivedUs, bytes);
    this.#queue.add(sentUs, arrivedUs);
    const delta = this.#groups.add(sentUs, arrivedUs);
    if (delta) this.#trend.add(delta);
    return { verdict, probed };
  }

  /** The first estimate: from the first probe, or, if that was lost, from the arriving rate. */
  #first(probed: ProbeResult | undefined): RateSteps | undefined {
    const bps = probed?.bps ?? this.#acknowledged.bps(ACKNOWLEDGED_US);
    return bps === undefined ? undefined : new RateSteps(bps);
  }

  #decide(
    steps: RateSteps,
    results: readonly PacketResult[],
    verdict: LossVerdict,
    probed: ProbeResult | undefined,
    roundTripUs: number,
    nowUs: number,
  ): void {
    const queueUs = this.#queue.us();
    if (queueUs < HOLD_QUEUE_US && this.#queue.isKnown) this.#vain.drains(queueUs);
    const isShared = this.#vain.isShared(nowUs);
    if (verdict === 'full') this.#beforeTrialBps = steps.bps;
    if (verdict === 'full' || this.#isFull(results, queueUs, isShared)) {
      this.#probes.postpone(verdict === 'full' ? POLICED_US : 0, nowUs);
      const isEffective = nowUs - this.#loweredUs > roundTripUs + EFFECT_US;
      if (verdict !== 'full' && (!isEffective || this.#vain.isDraining(queueUs))) return steps.hold(nowUs);
      if (verdict === 'full') return this.#lower(steps, LOSSY_ACKNOWLEDGED_US, DECREASE, nowUs);
      return this.#lower(
        steps,
        FULL_ACKNOWLEDGED_US,
        queueUs > MAX_QUEUE_US ? DECREASE : EARLY_DECREASE,
        nowUs,
      );
    }
    if (queueUs < HOLD_QUEUE_US && nowUs - this.#loweredUs > roundTripUs + EFFECT_US) {
      const sentBps = this.#sentRate.bps(ACKNOWLEDGED_US);
      const formerBps = this.#vain.undone(queueUs, steps.bps, sentBps);
      if (formerBps !== undefined) return this.#goBack(steps, formerBps, nowUs);
    }
    if (probed && probed.bps > steps.bps) {
      steps.set(Math.min(probed.bps, this.#mostBps), nowUs);
      // All watched cameras fit: the presumed limit was none, or no longer applies.
      if (!probed.isLimit && !steps.isLimitKnown && steps.bps >= this.wantedBps) this.#mustFit = false;
      return;
    }
    if (!isShared && (this.#trend.trend !== 'steady' || queueUs > HOLD_QUEUE_US)) return steps.hold(nowUs);
    steps.raise(this.#acknowledged.bps(ACKNOWLEDGED_US), roundTripUs, this.#mostBps, nowUs);
  }

  #isFull(results: readonly PacketResult[], queueUs: number, isShared: boolean): boolean {
    if (isShared) return queueUs > MAX_QUEUE_US && this.#losses.share > SHARED_LOSS;
    if (queueUs > MAX_QUEUE_US) return true;
    if (this.#trend.trend === 'growing' && queueUs > GROWING_QUEUE_US) return true;
    const lost = results.filter((result) => result.arrivedUs === undefined && !result.isUnreported).length;
    return (
      lost >= LOSSY_PACKETS &&
      lost >= LOSSY_SHARE * results.length &&
      this.#queue.us(LOSSY_WINDOW_US) > LOSSY_QUEUE_US
    );
  }

  /** @param share of the arriving rate */
  #lower(steps: RateSteps, windowUs: number, share: number, nowUs: number): void {
    const acknowledgedBps = this.#acknowledged.bps(windowUs) ?? steps.bps;
    const sentBps = this.#sentRate.bps(ACKNOWLEDGED_US);
    const isFirst = this.#vain.isFirst(nowUs);
    const formerBps = this.#vain.next(this.#queue.us(), steps.bps, sentBps, nowUs);
    if (formerBps !== undefined) return this.#goBack(steps, formerBps, nowUs);
    this.#mustFit = true;
    steps.lower(isFirst ? acknowledgedBps : Math.min(steps.bps, acknowledgedBps), share, nowUs);
    if (isFirst) this.#vain.firstLowered(steps.bps);
    this.#losses.lowered();
    this.#loweredUs = nowUs;
    this.#probes.postpone(0, nowUs);
  }

  /** Our video does not cause the queue. */
  #goBack(steps: RateSteps, formerBps: number, nowUs: number): void {
    this.#queue.accept();
    steps.set(formerBps, nowUs);
  }

  /** The same share is lost at a lower rate: the rate was not the cause. */
  #endTrial(nowUs: number): void {
    if (this.#beforeTrialBps !== undefined) this.#steps?.set(this.#beforeTrialBps, nowUs);
    this.#beforeTrialBps = undefined;
  }

  get #mostBps(): number {
    return Math.max(WANTED_BPS, MOST * this.wantedBps);
  }
}

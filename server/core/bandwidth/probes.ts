/**
 * Probes: short bursts at a rate that the line may carry, made of packets that wait anyway, filled up with padding. The part of a
 * burst that arrives, and its rate, give a lower bound of the line's capacity. So a viewer's video grows at once if there is
 * room, although the video never used that rate.
 *
 * Invariants: one probe at a time; none while the queue grows; after a failed probe the next one waits longer, up to MAX_WAIT_US;
 * a viewer's reports of a probe count for at most the rate that was sent. Method: libwebrtc's probe controller and probe bitrate
 * estimator. Time is an argument.
 */

import type { PacketResult } from './sent-packets.ts';

export interface Probe {
  /** u16, never 0. */
  id: number;
  bps: number;
  bytes: number;
}

const DURATION_US = 20_000;
const MIN_BYTES = 1_800;
const MIN_BPS = 200_000;
const FIRST_BPS = 2_000_000;
/** More at once would overrun the queue of a line of a few Mbit/s, and lose packets. */
const MAX_FIRST_BPS = 20_000_000;
const STEP = 2;
/** Share of the tried rate from which the line counts as carrying it. */
const PASSED = 0.7;
/** It arrived slower than this share of the rate it was sent at: the line was full. */
const FULL = 0.9;
const FULL_SHARE = 0.95;
const MIN_ARRIVED = 4;
/** Share of the sent bytes that must have arrived or been lost before a probe is judged. */
const JUDGED = 0.8;
const TIMEOUT_US = 1_000_000;
const FIRST_WAIT_US = 2_000_000;
const MAX_WAIT_US = 4_000_000;

interface Burst {
  /** Arrived or lost. */
  knownBytes: number;
  packets: number;
  bytes: number;
  /** The first and last of the packets that arrived: by their times of sending, and by their times of arrival. */
  firstSentUs: number;
  lastSent: { atUs: number; bytes: number };
  firstArrived: { atUs: number; bytes: number };
  lastArrivedUs: number;
}

export interface ProbeResult {
  /** Lower bound of the line's capacity. */
  bps: number;
  /** The line carries less than the tried rate. */
  isLimit: boolean;
}

export class Probes {
  #lastId = 0;
  #current: (Probe & { beganUs: number }) | undefined;
  #burst: Burst | undefined;
  #nextUs = -Infinity;
  #waitUs = FIRST_WAIT_US;

  /**
   * @param bps the estimate; undefined: not known
   * @param enoughBps a higher rate would bring nothing
   * @param mustFit the line has shown that it carries no more than about `bps`: higher rates are tried in steps
   * @returns the probe to send now, if one is due
   */
  due(bps: number | undefined, enoughBps: number, mustFit: boolean, nowUs: number): Probe | undefined {
    if (this.#current && nowUs - this.#current.beganUs > TIMEOUT_US) this.#failed(nowUs);
    if (this.#current || nowUs < this.#nextUs || (bps ?? 0) >= enoughBps) return undefined;
    const step = bps === undefined ? FIRST_BPS : Math.max(MIN_BPS, Math.min(STEP * bps, STEP * enoughBps));
    const tried = mustFit ? step : Math.max(step, Math.min(enoughBps, MAX_FIRST_BPS));
    this.#lastId = (this.#lastId % 0xffff) + 1;
    const bytes = Math.max(MIN_BYTES, (tried * DURATION_US) / 8_000_000);
    this.#current = { id: this.#lastId, bps: tried, bytes, beganUs: nowUs };
    this.#burst = undefined;
    return this.#current;
  }

  /** The queue grows: no probe may begin. */
  postpone(us: number, nowUs: number): void {
    this.#current = undefined;
    this.#nextUs = Math.max(this.#nextUs, nowUs + Math.max(us, this.#waitUs));
  }

  /** A packet has arrived or was lost. @returns the measured rate, once enough of the probe is known */
  onResult(result: PacketResult, nowUs: number): ProbeResult | undefined {
    const current = this.#current;
    if (!current || result.probe !== current.id) return undefined;
    this.#burst ??= {
      knownBytes: 0,
      packets: 0,
      bytes: 0,
      firstSentUs: Infinity,
      lastSent: { atUs: -Infinity, bytes: 0 },
      firstArrived: { atUs: Infinity, bytes: 0 },
      lastArrivedUs: -Infinity,
    };
    addTo(this.#burst, result);
    const { packets, knownBytes } = this.#burst;
    if (packets < MIN_ARRIVED || knownBytes < JUDGED * current.bytes) return undefined;
    return this.#judge(current, this.#burst, nowUs);
  }

  #judge(probe: Probe, burst: Burst, nowUs: number): ProbeResult {
    this.#current = undefined;
    const { bytes, firstSentUs, lastSent, firstArrived, lastArrivedUs } = burst;
    const sentBps = rate(bytes - lastSent.bytes, lastSent.atUs - firstSentUs);
    const arrivedBps = rate(bytes - firstArrived.bytes, lastArrivedUs - firstArrived.atUs);
    const bps = Math.min(
      probe.bps,
      sentBps,
      arrivedBps < FULL * sentBps ? FULL_SHARE * arrivedBps : arrivedBps,
    );
    if (bps >= PASSED * probe.bps) this.#waitUs = FIRST_WAIT_US;
    else this.#wait(nowUs);
    // A burst that left faster than the tried rate shows nothing about that rate.
    return { bps, isLimit: arrivedBps < FULL * Math.min(probe.bps, sentBps) };
  }

  #failed(nowUs: number): void {
    this.#current = undefined;
    this.#wait(nowUs);
  }

  #wait(nowUs: number): void {
    this.#nextUs = nowUs + this.#waitUs;
    this.#waitUs = Math.min(MAX_WAIT_US, 1.5 * this.#waitUs);
  }
}

function addTo(burst: Burst, { sentUs, arrivedUs, bytes, wasLost }: PacketResult): void {
  if (!wasLost) burst.knownBytes += bytes;
  if (arrivedUs === undefined) return;
  burst.packets++;
  burst.bytes += bytes;
  burst.firstSentUs = Math.min(burst.firstSentUs, sentUs);
  if (sentUs >= burst.lastSent.atUs) burst.lastSent = { atUs: sentUs, bytes };
  if (arrivedUs < burst.firstArrived.atUs) burst.firstArrived = { atUs: arrivedUs, bytes };
  burst.lastArrivedUs = Math.max(burst.lastArrivedUs, arrivedUs);
}

/** Packets that arrive at the same moment have no rate. */
function rate(bytes: number, us: number): number {
  return (bytes * 8_000_000) / Math.max(us, 250);
}

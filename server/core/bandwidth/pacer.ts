/**
 * Decides when each packet to one viewer leaves: as many at once as the line carries in BURST_US, the others slightly faster than
 * the line, so that a keyframe does not overrun a short queue on the path. Retransmissions leave first. A probe is a part of the
 * sent packets, at the probe's rate, filled up with padding.
 *
 * Invariants: nothing waits while the line is much wider than the video; packets of one kind leave in the order they came in;
 * `isFull` tells the caller to skip frames before the queue exceeds MAX_WAIT_US, `isFilling` to skip frames of upper layers; a
 * keyframe replaces only packets of its own stream, if these have more bytes; repairs that waited longer are dropped. Time is
 * an argument; `nextUs` says when to call `run`.
 */

import type { Probe } from './probes.ts';
import { MIN_BPS } from './rate-steps.ts';

export interface Paced {
  /** SSRC of its stream, if a keyframe may replace the stream's waiting packets. */
  readonly ssrc?: number;
  /** As a line carries it. */
  readonly bytes: number;
  /** A retransmission: useful only if it arrives soon. Repair packets follow their frame. */
  readonly isRepair: boolean;
}

interface RunningProbe extends Probe {
  beganUs: number;
  sentBytes: number;
}

/** Sends a packet now. @param probe it belongs to, or 0 */
export type SendPaced<Packet> = (packet: Packet, probe: number, nowUs: number) => void;

const BURST_US = 20_000;
/** While the line is unknown. */
const FIRST_BPS = 5_000_000;
/** Multiple of the watched cameras' demand before a limit is found: more cameras wait no longer, and a medium line carries it. */
const UNLIMITED = 2;
/** Before a limit of the line is found: a keyframe need not wait. */
const WIDE = 2.5;
/**
 * After a limit was found: a keyframe that leaves faster than the line carries it causes a queue, which lowers the estimate, and
 * the rung with it.
 */
const LIMITED = 1.1;
const MAX_WAIT_US = 400_000;
const FILLING_WAIT_US = 300_000;
/** A probe that cannot be filled ends. */
const PROBE_TIMEOUT_US = 200_000;

export class Pacer<Packet extends Paced> {
  readonly #send: SendPaced<Packet>;
  readonly #padding: (bytes: number) => Packet | undefined;
  #repairs: { packet: Packet; addedUs: number }[] = [];
  #media: Packet[] = [];
  #waitingBytes = 0;
  #paceBps = FIRST_BPS;
  /** The pace that the running probe is testing. */
  #hopedBps = FIRST_BPS;
  #burstBytes = (FIRST_BPS * BURST_US) / 8_000_000;
  /** Bytes sent and not yet drained by the pace. */
  #debtBytes = 0;
  #debtUs = 0;
  #probe: RunningProbe | undefined;

  /** @param padding makes a packet of padding of about that many bytes, undefined while there is none */
  constructor(send: SendPaced<Packet>, padding: (bytes: number) => Packet | undefined) {
    this.#send = send;
    this.#padding = padding;
  }

  /** When to call `run`; undefined: no packet waits. */
  get nextUs(): number | undefined {
    if (this.#probe) return this.#debtUs + 1_000;
    if (this.#waitingBytes === 0) return undefined;
    const excessBytes = Math.max(0, this.#debtBytes - this.#burstBytes);
    return this.#debtUs + Math.max(1_000, (excessBytes * 8_000_000) / this.#paceBps);
  }

  /** How long a packet added now would wait. */
  get waitUs(): number {
    return (this.#waitingBytes * 8_000_000) / this.#hopedBps;
  }

  get isFilling(): boolean {
    return this.waitUs > FILLING_WAIT_US;
  }

  get isFull(): boolean {
    return this.waitUs > MAX_WAIT_US;
  }

  /**
   * @param targetBps undefined: not known
   * @param freeBps the demand of the watched cameras, if no limit of the line was found; undefined: one was
   */
  setRate(targetBps: number | undefined, freeBps: number | undefined): void {
    const factor = freeBps === undefined ? LIMITED : WIDE;
    const paceBps = targetBps === undefined ? FIRST_BPS : targetBps * factor;
    this.#paceBps = Math.max(MIN_BPS, paceBps);
    this.#hopedBps = Math.max(this.#paceBps, UNLIMITED * (freeBps ?? 0));
    this.#burstBytes = (Math.max(targetBps ?? FIRST_BPS, freeBps ?? 0) * BURST_US) / 8_000_000;
  }

  add(packet: Packet, nowUs: number): void {
    if (packet.isRepair) this.#repairs.push({ packet, addedUs: nowUs });
    else this.#media.push(packet);
    this.#waitingBytes += packet.bytes;
    this.run(nowUs);
  }

  /** Begins a probe with the next packets, unless one is running. */
  startProbe(probe: Probe, nowUs: number): void {
    this.#probe ??= { ...probe, beganUs: nowUs, sentBytes: 0 };
  }

  /**
   * Drops the waiting packets of this stream, so that a keyframe can replace them.
   *
   * @returns false, and drops nothing, if fewer than `bytes` of it wait: the keyframe would add to the queue
   */
  replace(ssrc: number, bytes: number): boolean {
    const dropped = this.#media.filter((packet) => packet.ssrc === ssrc);
    const droppedBytes = dropped.reduce((sum, packet) => sum + packet.bytes, 0);
    if (droppedBytes < bytes) return false;
    this.#media = this.#media.filter((packet) => packet.ssrc !== ssrc);
    this.#waitingBytes -= droppedBytes;
    return true;
  }

  run(nowUs: number): void {
    this.#drain(nowUs);
    this.#dropLate(nowUs);
    if (this.#probe) this.#runProbe(this.#probe, nowUs);
    while (this.#debtBytes <= this.#burstBytes) {
      const packet = this.#take();
      if (!packet) return;
      this.#release(packet, nowUs);
    }
  }

  clear(): void {
    this.#repairs = [];
    this.#media = [];
    this.#waitingBytes = 0;
    this.#probe = undefined;
  }

  #dropLate(nowUs: number): void {
    for (
      let first = this.#repairs[0];
      first && nowUs - first.addedUs > MAX_WAIT_US;
      first = this.#repairs[0]
    ) {
      this.#repairs.shift();
      this.#waitingBytes -= first.packet.bytes;
    }
  }

  #drain(nowUs: number): void {
    const elapsedUs = Math.max(0, nowUs - this.#debtUs);
    this.#debtUs = nowUs;
    this.#debtBytes = Math.max(0, this.#debtBytes - (elapsedUs * this.#paceBps) / 8_000_000);
  }

  #runProbe(probe: RunningProbe, nowUs: number): void {
    const dueBytes = ((nowUs - probe.beganUs + 1_000) * probe.bps) / 8_000_000;
    while (probe.sentBytes < Math.min(dueBytes, probe.bytes)) {
      const packet = this.#take() ?? this.#padding(probe.bytes - probe.sentBytes);
      if (!packet) break;
      this.#release(packet, nowUs);
    }
    if (probe.sentBytes >= probe.bytes || nowUs - probe.beganUs > PROBE_TIMEOUT_US) this.#probe = undefined;
  }

  #take(): Packet | undefined {
    const packet = this.#repairs.shift()?.packet ?? this.#media.shift();
    if (packet) this.#waitingBytes -= packet.bytes;
    return packet;
  }

  #release(packet: Packet, nowUs: number): void {
    this.#debtBytes += packet.bytes;
    if (this.#probe) this.#probe.sentBytes += packet.bytes;
    this.#send(packet, this.#probe?.id ?? 0, nowUs);
  }
}

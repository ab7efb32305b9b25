/**
 * The health of a camera: its restarts, radio, memory, link and handshakes. Fed by the ingest, read by
 * camera-advice.ts.
 *
 * Invariant: bounded, however long a camera lives and however many attempts are made. Times are ms since the Unix
 * epoch.
 */

import type { TelemetryMessage } from '../../wire/camera-protocol.ts';
import type { RefusalKind } from '../../wire/camera.ts';
import { Hysteresis } from '../hysteresis.ts';
import type { UplinkLowering } from './uplink-lowering.ts';

/** The state at one moment, as plain values. */
export interface CameraHealthFacts {
  /** Unrequested restarts within the last day. */
  brownOuts: number;
  crashes: number;
  /** Smoothed; null before the first report. */
  rssiDbm: number | null;
  /** 0 good, 1 weak, 2 very weak. */
  wifiLevel: number;
  /** 0 enough, 1 low. */
  heapLevel: number;
  heapBytes: number;
  /** Frames within the last minute with a long hand-over to the network, and the level: 0, 1 (many). */
  sendStalls: number;
  stallLevel: number;
  /** Share of the frames within the last minute that the camera skipped, 0 … 1, and the level: 0, 1 (large). */
  passedOver: number;
  passedOverLevel: number;
  /** Times that its clock contradicted itself, within the last twenty minutes. */
  clockFaults: number;
  /** Frames dropped within the last minute, and protocol violations within the last ten. */
  refused: Readonly<Record<RefusalKind, number>>;
  /** Why several frames in a row were dropped, at any time within the last ten minutes. */
  stuck: readonly RefusalKind[];
  /** Handshakes under the camera's id with a wrong key, within the last ten minutes and since the last right one. */
  keyRejections: number;
  /** Connections within the last ten minutes that replaced an existing one. */
  replacements: number;
  /** It sends the same picture repeatedly. */
  frozen: boolean;
  /** Its picture settings are lowered to fit its uplink; null while they are what the owner wants. */
  lowering: UplinkLowering | null;
}

const DAY_MS = 24 * 3600_000;
const HANDSHAKE_WINDOW_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
/** Longer than the clock is ignored after such faults, so that the advice stays until it is used again. */
const CLOCK_WINDOW_MS = 20 * 60_000;
const REFUSAL_WINDOW_MS = 10 * 60_000;
/** A camera with one frame a minute has a problem after three frames, though that is few. */
const MANY_IN_A_ROW = 3;
const MAX_EVENTS = 64;
/** Telemetry comes every 5 s; a longer gap says nothing about the time in between. */
const LONGEST_REPORT_MS = 15_000;
/** Two estimates of the same start differ by at most this, plus the drift of a camera's crystal. */
const BOOT_TOLERANCE_MS = 2_000;
const BOOT_DRIFT = 2e-4;
/** Share of the newest value in the smoothed one: about the last half minute counts. */
const RSSI_SHARE = 0.3;
/** Below this many frames a share means nothing. */
const FEWEST_FRAMES = 50;
const CRASHES = new Set(['panic', 'watchdog']);

export class CameraHealth {
  readonly #brownOuts = new RecentEvents(DAY_MS);
  readonly #crashes = new RecentEvents(DAY_MS);
  readonly #keyRejections = new RecentEvents(HANDSHAKE_WINDOW_MS);
  readonly #replacements = new RecentEvents(HANDSHAKE_WINDOW_MS);
  readonly #frames = new RecentEvents(MINUTE_MS);
  readonly #drops = new RecentEvents(MINUTE_MS);
  readonly #stalls = new RecentEvents(MINUTE_MS);
  readonly #clockFaults = new RecentEvents(CLOCK_WINDOW_MS);
  readonly #refused: Readonly<Record<RefusalKind, RecentEvents>> = {
    damaged: new RecentEvents(MINUTE_MS),
    tooLarge: new RecentEvents(MINUTE_MS),
    tooFast: new RecentEvents(MINUTE_MS),
    undecodable: new RecentEvents(MINUTE_MS),
    violation: new RecentEvents(REFUSAL_WINDOW_MS),
  };
  readonly #stuckAtMs = new Map<RefusalKind, number>();
  // Negated signal strength, so that more is worse.
  readonly #wifi = new Hysteresis([
    { enter: 75, leave: 71 },
    { enter: 84, leave: 80 },
  ]);
  readonly #heap = new Hysteresis([{ enter: -24 * 1024, leave: -36 * 1024 }]);
  readonly #stalling = new Hysteresis([{ enter: 3, leave: 1 }]);
  readonly #passingOver = new Hysteresis([{ enter: 0.3, leave: 0.15 }]);
  #rssiDbm: number | null = null;
  #heapBytes = 0;
  #frozen = false;
  #lowering: UplinkLowering | null = null;
  #boot: { startedAtMs: number; estimatedAtMs: number } | undefined;
  /** A start whose reason comes with the next telemetry. */
  #unexplainedStartMs: number | undefined;
  #last: { atMs: number; drops: number; sendStalls: number } | undefined;

  /** The camera has proven its key. */
  onWelcomed(): void {
    this.#keyRejections.clear();
    this.#last = undefined;
  }

  /** A client has used its id with another key. */
  onKeyRejected(nowMs: number): void {
    this.#keyRejections.add(nowMs);
  }

  onReplaced(nowMs: number): void {
    this.#replacements.add(nowMs);
  }

  /** @param inARow since the last of its frames that was not, with this one */
  onRefused(kind: RefusalKind, inARow: number, nowMs: number): void {
    this.#refused[kind].add(nowMs);
    if (inARow >= MANY_IN_A_ROW) this.#stuckAtMs.set(kind, nowMs);
  }

  onClockFault(nowMs: number): void {
    this.#clockFaults.add(nowMs);
  }

  onFrozen(frozen: boolean): void {
    this.#frozen = frozen;
  }

  onUplink(lowering: UplinkLowering | null): void {
    this.#lowering = lowering;
  }

  /**
   * @param uptimeMs the camera's monotonic clock, which begins at its start: distinguishes a restart from a
   * reconnection
   */
  onClock(uptimeMs: number, nowMs: number): void {
    const startedAtMs = nowMs - uptimeMs;
    const known = this.#boot;
    const tolerance = known && BOOT_TOLERANCE_MS + BOOT_DRIFT * (nowMs - known.estimatedAtMs);
    if (!known || startedAtMs - known.startedAtMs > (tolerance ?? 0)) this.#unexplainedStartMs = startedAtMs;
    this.#boot = { startedAtMs, estimatedAtMs: nowMs };
  }

  onTelemetry(report: TelemetryMessage, nowMs: number): void {
    const { rssi, heap, drops, sendStalls = 0, fps, resetReason } = report;
    if (this.#unexplainedStartMs !== undefined) {
      if (resetReason === 'brown-out') this.#brownOuts.add(this.#unexplainedStartMs);
      if (CRASHES.has(resetReason)) this.#crashes.add(this.#unexplainedStartMs);
      this.#unexplainedStartMs = undefined;
    }
    // esp_wifi reports 0 while it is unknown.
    if (rssi < 0)
      this.#rssiDbm = this.#rssiDbm === null ? rssi : this.#rssiDbm + (rssi - this.#rssiDbm) * RSSI_SHARE;
    this.#heapBytes = heap;
    const last = this.#last;
    this.#last = { atMs: nowMs, drops, sendStalls };
    if (!last) return;
    const elapsedMs = Math.min(nowMs - last.atMs, LONGEST_REPORT_MS);
    this.#frames.add(nowMs, Math.round((fps * elapsedMs) / 1000));
    this.#drops.add(nowMs, Math.max(0, drops - last.drops));
    this.#stalls.add(nowMs, Math.max(0, sendStalls - last.sendStalls));
  }

  facts(nowMs: number): CameraHealthFacts {
    const drops = this.#drops.count(nowMs);
    const offered = this.#frames.count(nowMs) + drops;
    const passedOver = offered >= FEWEST_FRAMES ? drops / offered : 0;
    const sendStalls = this.#stalls.count(nowMs);
    return {
      brownOuts: this.#brownOuts.count(nowMs),
      crashes: this.#crashes.count(nowMs),
      rssiDbm: this.#rssiDbm === null ? null : Math.round(this.#rssiDbm),
      wifiLevel: this.#wifi.update(-(this.#rssiDbm ?? 0)),
      // A camera without this figure sends 0.
      heapLevel: this.#heap.update(this.#heapBytes === 0 ? -Infinity : -this.#heapBytes),
      heapBytes: this.#heapBytes,
      sendStalls,
      stallLevel: this.#stalling.update(sendStalls),
      passedOver,
      passedOverLevel: this.#passingOver.update(passedOver),
      clockFaults: this.#clockFaults.count(nowMs),
      refused: {
        damaged: this.#refused.damaged.count(nowMs),
        tooLarge: this.#refused.tooLarge.count(nowMs),
        tooFast: this.#refused.tooFast.count(nowMs),
        undecodable: this.#refused.undecodable.count(nowMs),
        violation: this.#refused.violation.count(nowMs),
      },
      stuck: Array.from(this.#stuckAtMs).flatMap(([kind, atMs]) =>
        nowMs - atMs < REFUSAL_WINDOW_MS ? kind : [],
      ),
      keyRejections: this.#keyRejections.count(nowMs),
      replacements: this.#replacements.count(nowMs),
      frozen: this.#frozen,
      lowering: this.#lowering,
    };
  }
}

/** The sum within a time. Above 64 entries the oldest are dropped. */
class RecentEvents {
  readonly #windowMs: number;
  #events: { atMs: number; count: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(atMs: number, count = 1): void {
    if (count > 0) this.#events = [...this.#events, { atMs, count }].slice(-MAX_EVENTS);
  }

  count(nowMs: number): number {
    this.#events = this.#events.filter(({ atMs }) => nowMs - atMs < this.#windowMs);
    return this.#events.reduce((sum, { count }) => sum + count, 0);
  }

  clear(): void {
    this.#events = [];
  }
}

/**
 * What is remembered of a camera to tell how it fares: its restarts, its radio, its memory and its link, its handshakes.
 * Fed by the ingest, read by camera-advice.ts.
 *
 * Invariant: bounded, however long a camera lives and however often somebody knocks. Times are ms since the Unix epoch.
 */

import type { TelemetryMessage } from '../../wire/camera-protocol.ts';
import { Hysteresis } from '../hysteresis.ts';

/** The state of things at one moment; all of it plain values. */
export interface CameraHealthFacts {
  /** Restarts nobody asked for, within the last day. */
  brownOuts: number;
  crashes: number;
  /** Smoothed; null when it was never told. */
  rssiDbm: number | null;
  /** 0 good, 1 weak, 2 hardly there. */
  wifiLevel: number;
  /** 0 enough, 1 scarce. */
  heapLevel: number;
  heapBytes: number;
  /** Frames within the last minute that took long to hand to the network, and whether that is many: 0, 1. */
  sendStalls: number;
  stallLevel: number;
  /** 0 … 1 of the frames within the last minute were passed over by the camera, and whether that is much: 0, 1. */
  passedOver: number;
  passedOverLevel: number;
  /** Frames within the last minute that arrived damaged. */
  damaged: number;
  /** Handshakes under the camera's id with a wrong key, within the last ten minutes and since the last right one. */
  keyRejections: number;
  /** Connections within the last ten minutes that took the place of one that was there. */
  replacements: number;
  /** It sends the same picture over and over. */
  frozen: boolean;
}

const DAY_MS = 24 * 3600_000;
const HANDSHAKE_WINDOW_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const MAX_EVENTS = 64;
/** Telemetry comes every 5 s; a longer gap says nothing about the time in between. */
const LONGEST_REPORT_MS = 15_000;
/** Two estimates of one start agree within this, and as far as a camera's crystal may drift. */
const BOOT_TOLERANCE_MS = 2_000;
const BOOT_DRIFT = 2e-4;
/** Share of the newest value in the smoothed one: about the last half minute counts. */
const RSSI_SHARE = 0.3;
/** Below this many frames a share says nothing. */
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
  readonly #damaged = new RecentEvents(MINUTE_MS);
  // Signal strength the other way round, so that more is worse.
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
  #boot: { startedAtMs: number; estimatedAtMs: number } | undefined;
  /** The start it says the reason of with its next report. */
  #unexplainedStartMs: number | undefined;
  #last: { atMs: number; drops: number; sendStalls: number } | undefined;

  /** The camera has proven its key. */
  onWelcomed(): void {
    this.#keyRejections.clear();
    this.#last = undefined;
  }

  /** Somebody has come under its id with another key. */
  onKeyRejected(nowMs: number): void {
    this.#keyRejections.add(nowMs);
  }

  onReplaced(nowMs: number): void {
    this.#replacements.add(nowMs);
  }

  onDamaged(nowMs: number): void {
    this.#damaged.add(nowMs);
  }

  onFrozen(frozen: boolean): void {
    this.#frozen = frozen;
  }

  /** @param uptimeMs the camera's monotonic clock, which begins at its start: tells a restart from a mere reconnection */
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
    // 0 is what esp_wifi has to say before it knows.
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
      // A camera that has no memory to speak of says 0.
      heapLevel: this.#heap.update(this.#heapBytes === 0 ? -Infinity : -this.#heapBytes),
      heapBytes: this.#heapBytes,
      sendStalls,
      stallLevel: this.#stalling.update(sendStalls),
      passedOver,
      passedOverLevel: this.#passingOver.update(passedOver),
      damaged: this.#damaged.count(nowMs),
      keyRejections: this.#keyRejections.count(nowMs),
      replacements: this.#replacements.count(nowMs),
      frozen: this.#frozen,
    };
  }
}

/** How much of something there was within a time. Of more than 64 entries the oldest are forgotten. */
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

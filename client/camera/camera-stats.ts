/** The figures behind a picture, once a second while somebody looks at them. */

import type { CameraFeed } from '../live/camera-feed.ts';
import type { LiveConsumer } from '../live/live-transport.ts';
import type { Percentiles } from '../live/sample-window.ts';
import type { ServerClock } from '../live/server-clock.ts';
import type { TimeBudget } from '../live/time-budget.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { PresentedFrames } from './presented-frames.ts';

export interface CameraStats {
  /** Presented on the screen, per second. */
  fps: number;
  bitrateBps: number;
  /** Pixels. */
  width: number;
  height: number;
  /** Since this connection began. */
  packetsReceived: number;
  packetsLost: number;
  packetsRetransmitted: number;
  framesDropped: number;
  /** Average time a frame waited in the jitter buffer over the last second, ms. */
  jitterBufferMs: number | null;
  /** From the camera's capture to the screen over the last seconds, ms, as far as the browser knows its screen. */
  latencyMs: Percentiles | null;
  /** The same up to where the browser has the picture ready: what a script reading its pixels would find. */
  presentedLatencyMs: Percentiles | null;
  /** Where that time goes. */
  budgetMs: TimeBudget | null;
  /** The latency is right within half of this, ms. */
  clockRoundTripMs: number | null;
}

/** The fields of an `inbound-rtp` report that TypeScript's DOM library does not know yet. */
type InboundRtp = RTCInboundRtpStreamStats & { retransmittedPacketsReceived?: number };

const INTERVAL_MS = 1_000;

export class CameraStatsSampler {
  readonly #feed: CameraFeed;
  readonly #signaling: SignalingClient;
  readonly #clock: ServerClock;
  readonly #frames: PresentedFrames;
  readonly #onStats: (stats: CameraStats) => void;
  readonly #stops: (() => void)[];
  #timed: LiveConsumer | null = null;
  #previous: { consumer: LiveConsumer; report: InboundRtp } | null = null;

  constructor(options: {
    feed: CameraFeed;
    signaling: SignalingClient;
    clock: ServerClock;
    frames: PresentedFrames;
    onStats: (stats: CameraStats) => void;
  }) {
    this.#feed = options.feed;
    this.#signaling = options.signaling;
    this.#clock = options.clock;
    this.#frames = options.frames;
    this.#onStats = options.onStats;
    const timer = setInterval(() => void this.#sample(), INTERVAL_MS);
    this.#stops = [
      () => clearInterval(timer),
      this.#feed.on('change', () => this.#followConsumer()),
      this.#signaling.on('frameTimings', ({ consumerId, frames }) => {
        if (consumerId === this.#timed?.id) this.#frames.budget.addTimings(frames);
      }),
    ];
    this.#followConsumer();
    void this.#sample();
  }

  /** Idempotent. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    if (this.#timed) this.#setFrameTimings(this.#timed, false);
    this.#timed = null;
  }

  #followConsumer(): void {
    const { consumer } = this.#feed;
    if (consumer === this.#timed) return;
    this.#timed = consumer;
    if (consumer) this.#setFrameTimings(consumer, true);
  }

  #setFrameTimings({ id }: LiveConsumer, enabled: boolean): void {
    // It fails only when the consumer is gone, and the next one asks again.
    this.#signaling.request('setFrameTimings', { consumerId: id, enabled }).catch(() => undefined);
  }

  async #sample(): Promise<void> {
    const { consumer } = this.#feed;
    if (!consumer) return;
    const reports = await consumer.getStats().catch(() => null);
    if (!reports || this.#stops.length === 0) return;
    const report = [...reports.values()].find(
      (each): each is InboundRtp => each.type === 'inbound-rtp' && each.kind === 'video',
    );
    if (!report) return;
    const previous = this.#previous?.consumer === consumer ? this.#previous.report : null;
    this.#previous = { consumer, report };
    this.#onStats({
      fps: this.#frames.framesPerSecond,
      bitrateBps: bitrateBps(report, previous),
      width: report.frameWidth ?? 0,
      height: report.frameHeight ?? 0,
      packetsReceived: report.packetsReceived ?? 0,
      packetsLost: report.packetsLost ?? 0,
      packetsRetransmitted: report.retransmittedPacketsReceived ?? 0,
      framesDropped: report.framesDropped ?? 0,
      jitterBufferMs: jitterBufferMs(report, previous),
      latencyMs: this.#frames.latencyMs,
      presentedLatencyMs: this.#frames.presentedLatencyMs,
      budgetMs: this.#frames.budget.medians(),
      clockRoundTripMs: this.#clock.roundTripMs,
    });
  }
}

function bitrateBps(report: InboundRtp, previous: InboundRtp | null): number {
  const elapsedMs = previous ? report.timestamp - previous.timestamp : 0;
  if (elapsedMs <= 0) return 0;
  return (((report.bytesReceived ?? 0) - (previous?.bytesReceived ?? 0)) * 8000) / elapsedMs;
}

function jitterBufferMs(report: InboundRtp, previous: InboundRtp | null): number | null {
  const frames = (report.jitterBufferEmittedCount ?? 0) - (previous?.jitterBufferEmittedCount ?? 0);
  const seconds = (report.jitterBufferDelay ?? 0) - (previous?.jitterBufferDelay ?? 0);
  return frames > 0 ? (seconds * 1000) / frames : null;
}

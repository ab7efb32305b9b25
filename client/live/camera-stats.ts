/** The figures behind a picture, of the browser and of the server, once a second while they are shown. */

import type { CameraFeed } from './camera-feed.ts';
import type { FiguresDirectory, SentFigures } from './figures-directory.ts';
import type { LiveSource, SourceCounters, SourceKind } from './live-source.ts';
import type { MediaPath } from './media-path.ts';
import type { LiveConsumer } from './live-transport.ts';
import type { Percentiles } from './sample-window.ts';
import type { ServerClock } from './server-clock.ts';
import type { TimeBudget } from './time-budget.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { PresentedFrames } from './presented-frames.ts';

export interface CameraStats {
  source: SourceKind;
  /** Null without video, and while it has no path. */
  path: MediaPath | null;
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
  /** How the server sends it; null without video, and before the server's first report. */
  sent: SentFigures | null;
  /** Average time a frame waited in the jitter buffer over the last second, ms. */
  jitterBufferMs: number | null;
  /** From the camera's capture to the screen over the last seconds, ms, as far as the browser knows its screen. */
  latencyMs: Percentiles | null;
  /** The same up to where the browser has the picture ready: what a script reading its pixels would find. */
  presentedLatencyMs: Percentiles | null;
  /** The parts of that time. */
  budgetMs: TimeBudget | null;
  /** The latency is right within half of this, ms. */
  clockRoundTripMs: number | null;
}

const INTERVAL_MS = 1_000;

export class CameraStatsSampler {
  readonly #feed: CameraFeed;
  readonly #signaling: SignalingClient;
  readonly #clock: ServerClock;
  readonly #frames: PresentedFrames;
  readonly #figures: FiguresDirectory;
  readonly #onStats: (stats: CameraStats) => void;
  readonly #stops: (() => void)[];
  #timed: LiveConsumer | null = null;
  #previous: { source: LiveSource; counters: SourceCounters } | null = null;

  constructor(options: {
    feed: CameraFeed;
    signaling: SignalingClient;
    clock: ServerClock;
    frames: PresentedFrames;
    figures: FiguresDirectory;
    onStats: (stats: CameraStats) => void;
  }) {
    this.#feed = options.feed;
    this.#signaling = options.signaling;
    this.#clock = options.clock;
    this.#frames = options.frames;
    this.#figures = options.figures;
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
    // It fails only when the consumer has ended, and the next one asks again.
    this.#signaling.request('setFrameTimings', { consumerId: id, enabled }).catch(() => undefined);
  }

  async #sample(): Promise<void> {
    const { source } = this.#feed;
    if (!source) return;
    const counters = await source.counters().catch(() => null);
    if (!counters || this.#stops.length === 0) return;
    const previous = this.#previous?.source === source ? this.#previous.counters : null;
    this.#previous = { source, counters };
    const { width, height, packetsReceived, packetsLost, packetsRetransmitted, framesDropped } = counters;
    this.#onStats({
      source: source.kind,
      path: counters.path ?? null,
      fps: this.#frames.framesPerSecond,
      bitrateBps: bitrateBps(counters, previous),
      width,
      height,
      packetsReceived,
      packetsLost,
      packetsRetransmitted,
      framesDropped,
      sent: (source.kind === 'video' && this.#figures.of(this.#timed?.id)) || null,
      jitterBufferMs: jitterBufferMs(counters, previous),
      latencyMs: this.#frames.latencyMs,
      presentedLatencyMs: this.#frames.presentedLatencyMs,
      budgetMs: this.#frames.budget.medians(),
      clockRoundTripMs: this.#clock.roundTripMs,
    });
  }
}

function bitrateBps(counters: SourceCounters, previous: SourceCounters | null): number {
  const elapsedMs = previous ? counters.timestampMs - previous.timestampMs : 0;
  return elapsedMs > 0 ? ((counters.bytesReceived - (previous?.bytesReceived ?? 0)) * 8000) / elapsedMs : 0;
}

function jitterBufferMs(counters: SourceCounters, previous: SourceCounters | null): number | null {
  const frames = counters.jitterBufferFrames - (previous?.jitterBufferFrames ?? 0);
  const seconds = counters.jitterBufferSeconds - (previous?.jitterBufferSeconds ?? 0);
  return frames > 0 ? (seconds * 1000) / frames : null;
}

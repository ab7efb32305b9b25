/**
 * One rung of a camera on its way from the site to NATS: each frame once, however many edges take it.
 *
 * Invariants: it holds a subscription of its source exactly while it is open; a frame for which there is no room is left out,
 * with all frames that reference it, and never waits; the stream resumes with a keyframe, which is requested when there is room
 * for one.
 */

import type { Clock } from '../core/clock.ts';
import { FrameCounter } from '../core/edges/frame-counts.ts';
import { sealFrame, TAG_BYTES, type FrameKey } from '../core/edges/frame-seal.ts';
import { LayerContinuity } from '../core/edges/layer-continuity.ts';
import type { PublishWindow } from '../core/edges/publish-window.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { FrameSource, RungDemand, RungSubscription } from '../core/video/frame-source.ts';
import { EDGE_FRAME_HEADER_BYTES, MAX_EDGE_FRAME_BYTES } from '../wire/edge-frame.ts';
import type { NatsLink } from './nats-link.ts';

export interface SiteStreamContext {
  link: Pick<NatsLink, 'isOpen' | 'maxMessageBytes' | 'publish'>;
  window: PublishWindow;
  /** Seals the pictures of this camera now. */
  key: () => FrameKey;
  source: FrameSource;
  counters: SiteStreamCounters;
  /** Something was published. */
  onPublished: () => void;
  clock: Clock;
}

export interface SiteStreamCounters {
  frames: number;
  bytes: number;
  /** Frames left out for lack of room, or because a frame that they reference was left out. */
  leftOut: number;
  /** Longer than the NATS server takes. */
  tooLarge: number;
}

/** Keyframe requests of all edges together: about as many as a single viewer may make. */
const KEYFRAMES = { perSecond: 1, burst: 4 };

export class SiteStream {
  readonly #subject: string;
  readonly #cameraId: string;
  readonly #context: SiteStreamContext;
  readonly #counter: FrameCounter;
  readonly #continuity = new LayerContinuity();
  readonly #keyframes: TokenBucket;
  readonly #subscription: RungSubscription;
  #limitBps: number;
  /** Frames were left out, and no keyframe was requested yet. */
  #isInterrupted = false;

  constructor(
    { cameraId, subject, epoch }: { cameraId: string; subject: string; epoch: number },
    demand: RungDemand,
    context: SiteStreamContext,
  ) {
    this.#cameraId = cameraId;
    this.#subject = subject;
    this.#context = context;
    this.#counter = new FrameCounter(epoch);
    this.#keyframes = new TokenBucket(KEYFRAMES.perSecond, KEYFRAMES.burst, context.clock());
    this.#limitBps = demand.limitBps;
    this.#subscription = context.source.subscribeRung(cameraId, demand, (frame) => this.#onFrame(frame));
  }

  limit(bps: number): void {
    if (bps === this.#limitBps) return;
    this.#limitBps = bps;
    this.#subscription.limit(bps);
  }

  /** @returns false when there were too many */
  requestKeyframe(): boolean {
    if (!this.#keyframes.take(this.#context.clock())) return false;
    this.#subscription.requestKeyframe();
    return true;
  }

  /** NATS was unreachable: edges lack the frames published meanwhile. */
  resume(): void {
    this.#continuity.miss(0);
    this.#isInterrupted = !this.requestKeyframe();
  }

  close(): void {
    this.#subscription.close();
  }

  #onFrame(frame: EncodedFrame): void {
    const { counters, window, clock } = this.#context;
    // Numbered even if it is left out, so that an edge knows which frames are missing.
    const counts = this.#counter.next(frame.layer);
    const nowUs = clock();
    const isSent = this.#continuity.take(frame) && this.#publish({ ...frame, ...counts }, nowUs);
    if (isSent) {
      counters.frames++;
      counters.bytes += frame.data.length;
      if (frame.keyframe) this.#isInterrupted = false;
      return;
    }
    counters.leftOut++;
    const tid = frame.layer?.tid ?? 0;
    this.#continuity.miss(tid);
    if (tid === 0) this.#isInterrupted = true;
    const roomBytes = frame.data.length;
    if (
      this.#isInterrupted &&
      window.hasRoom(this.#cameraId, roomBytes, true, nowUs) &&
      this.#context.link.isOpen
    )
      this.#isInterrupted = !this.requestKeyframe();
  }

  #publish(frame: EncodedFrame & ReturnType<FrameCounter['next']>, nowUs: number): boolean {
    const { link, window, key, counters, onPublished } = this.#context;
    const bytes = EDGE_FRAME_HEADER_BYTES + frame.data.length + TAG_BYTES;
    if (bytes > Math.min(MAX_EDGE_FRAME_BYTES, link.maxMessageBytes || Infinity)) {
      counters.tooLarge++;
      return false;
    }
    const isUpper = (frame.layer?.tid ?? 0) > 0;
    if (!link.isOpen || !window.hasRoom(this.#cameraId, bytes, isUpper, nowUs)) return false;
    if (!link.publish(this.#subject, sealFrame(key(), frame, frame.data))) return false;
    window.published(this.#cameraId, bytes);
    onPublished();
    return true;
  }
}

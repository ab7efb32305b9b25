/**
 * One rung of a camera as an edge receives it from a site.
 *
 * Invariants: subscribers get a frame only when they can decode it, beginning with a keyframe; late frames are left out, so that
 * an edge that was delayed catches up instead of showing old pictures; at most one keyframe is requested per
 * KEYFRAME_INTERVAL_US, for all subscribers together.
 */

import type { Clock } from '../core/clock.ts';
import { MissingFrames } from '../core/edges/frame-counts.ts';
import { openFrame } from '../core/edges/frame-seal.ts';
import { countAge, type HopCounters } from '../core/edges/hop-figures.ts';
import { LayerContinuity } from '../core/edges/layer-continuity.ts';
import { keyframeSubject, videoSubject } from '../core/edges/subjects.ts';
import type { Subscription } from '../core/fan-out.ts';
import type { EncodedFrame, OnEncodedFrame } from '../core/video/encoded-frame.ts';
import { FrameSubscribers } from '../core/video/frame-subscribers.ts';
import type { RungSubscription } from '../core/video/frame-source.ts';
import { KeyframeRequests } from '../core/video/keyframe-requests.ts';
import type { RungName } from '../core/video/rungs.ts';
import type { Log } from '../log.ts';
import { readEdgeFrame, type EdgeFrame } from '../wire/edge-frame.ts';
import type { NatsLink } from './nats-link.ts';

export interface EdgeRungContext {
  site: string;
  edge: string;
  cameraId: string;
  link: Pick<NatsLink, 'listen' | 'publish'>;
  counters: HopCounters;
  /** The site's server time minus this one's, µs; undefined: not known yet. */
  offsetUs: () => number | undefined;
  /** The key of this id; undefined: the site has not given it. */
  keyOf: (keyId: number) => Uint8Array | undefined;
  /** A frame came that cannot be opened: the site is to be asked for its key. */
  onUnknownKey: () => void;
  clock: Clock;
  log: Log;
}

/** As the encoder does it. */
const KEYFRAME_INTERVAL_US = 300_000;
const NOTHING = new Uint8Array();
/** That wait for their key: a second of video, or two large keyframes. */
const MAX_SEALED_FRAMES = 32;
const MAX_SEALED_BYTES = 1024 * 1024;

export class EdgeRung {
  readonly rung: RungName;
  readonly #context: EdgeRungContext;
  readonly #subscribers: FrameSubscribers;
  readonly #listening: Subscription;
  readonly #missing = new MissingFrames();
  readonly #continuity = new LayerContinuity();
  readonly #keyframes = new KeyframeRequests(KEYFRAME_INTERVAL_US);
  /** Frames whose key is not known yet, oldest first. */
  readonly #sealed: Uint8Array[] = [];

  constructor(rung: RungName, context: EdgeRungContext) {
    this.rung = rung;
    this.#context = context;
    const { link, site, cameraId, log } = context;
    this.#subscribers = new FrameSubscribers((error) =>
      log.error({ err: error, cameraId }, 'failed to handle an encoded frame'),
    );
    this.#listening = link.listen(videoSubject(site, cameraId, rung), ({ data }) => this.#onMessage(data));
  }

  get isWatched(): boolean {
    return this.#subscribers.size > 0;
  }

  /** The highest bitrate that a viewer here can receive, bits per second; Infinity: no limit. */
  get limitBps(): number {
    return this.#subscribers.limitBps() ?? Infinity;
  }

  /** @param onDemand called when the limit may have changed, and when it is closed */
  subscribe(limitBps: number, onFrame: OnEncodedFrame, onDemand: () => void): RungSubscription {
    const wanted = { limitBps };
    // The site encodes a keyframe for the first subscriber by itself.
    if (this.isWatched) this.requestKeyframe();
    const subscription = this.#subscribers.add(onFrame, wanted);
    return {
      limit: (bps) => {
        wanted.limitBps = bps;
        onDemand();
      },
      requestKeyframe: () => this.requestKeyframe(),
      close: () => {
        subscription.close();
        onDemand();
      },
    };
  }

  requestKeyframe(): void {
    this.#keyframes.request();
    this.askForKeyframe();
  }

  /** Passes a request on that was held back before. */
  askForKeyframe(): void {
    const { link, site, edge, cameraId, counters, clock } = this.#context;
    if (this.#keyframes.waitUs(clock()) !== 0) return;
    // Requested again once there is a connection.
    if (!link.publish(keyframeSubject(site, edge, cameraId, this.rung), NOTHING)) return;
    this.#keyframes.served(clock());
    counters.keyframeRequests++;
  }

  close(): void {
    this.#listening.close();
    this.#sealed.length = 0;
    this.#subscribers.clear();
  }

  #onMessage(message: Uint8Array): void {
    const { counters, keyOf, onUnknownKey } = this.#context;
    const frame = readEdgeFrame(message);
    if (typeof frame === 'string') return void counters.malformed++;
    const key = keyOf(frame.keyId);
    if (!key) {
      this.#keep(message);
      return onUnknownKey();
    }
    // NATS keeps the order: these are of no key that the site still gives.
    this.#dropSealed();
    this.#take(frame, key, message.length);
  }

  /** The site has answered: its newest key is known, or there is none for this edge. */
  openSealed(): void {
    const sealed = this.#sealed.splice(0);
    for (const message of sealed) {
      const frame = readEdgeFrame(message);
      const key = typeof frame === 'string' ? undefined : this.#context.keyOf(frame.keyId);
      if (typeof frame !== 'string' && key) this.#take(frame, key, message.length);
      else this.#context.counters.sealed++;
    }
  }

  /** It is opened when the key is there, which takes a round trip to the site. */
  #keep(message: Uint8Array): void {
    const bytes = this.#sealed.reduce((sum, { length }) => sum + length, message.length);
    if (this.#sealed.length >= MAX_SEALED_FRAMES || bytes > MAX_SEALED_BYTES) this.#dropSealed();
    // A copy: the message is a part of what NATS's library has read.
    this.#sealed.push(Uint8Array.from(message));
  }

  /** They are missing in front of the next. */
  #dropSealed(): void {
    this.#context.counters.sealed += this.#sealed.splice(0).length;
  }

  #take(frame: EdgeFrame, key: Uint8Array, bytes: number): void {
    const { counters, clock } = this.#context;
    const arrivedUs = clock();
    const data = openFrame(key, frame);
    if (!data) return void counters.malformed++;
    const missing = this.#missing.before(frame);
    if (missing === 'repeated') return void counters.repeated++;
    if (missing === 'begins') this.#continuity.miss(0);
    else this.#miss(missing);
    counters.frames++;
    counters.bytes += bytes;
    const here = this.#toHere(frame, data, arrivedUs);
    const isLate = countAge(counters, arrivedUs - here.encodedUs);
    if (isLate) {
      counters.late++;
      this.#continuity.miss(frame.layer?.tid ?? 0);
    } else if (this.#continuity.take(frame)) this.#subscribers.deliver(here);
    else counters.undecodable++;
    if (!isLate && this.#continuity.awaitsKeyframe) this.requestKeyframe();
  }

  #miss(missing: readonly number[]): void {
    for (const tid of [0, 1, 2] as const) {
      const count = missing[tid] ?? 0;
      if (count === 0) continue;
      this.#context.counters.missing += count;
      this.#continuity.miss(tid);
    }
  }

  /** The same frame, with its times on this server's clock. */
  #toHere(frame: EdgeFrame, data: Uint8Array, arrivedUs: number): EncodedFrame {
    const { cameraId, offsetUs } = this.#context;
    // Until the offset is known, the transfer counts as instantaneous.
    const toHereUs = -(offsetUs() ?? frame.encodedUs - arrivedUs);
    const at = (us: number): number => Math.min(arrivedUs, us + toHereUs);
    return {
      cameraId,
      rung: this.rung,
      layer: frame.layer,
      data,
      keyframe: frame.keyframe,
      repeated: frame.repeated,
      width: frame.width,
      height: frame.height,
      timestamp90k: frame.timestamp90k,
      captureUs: at(frame.captureUs),
      receivedUs: at(frame.receivedUs),
      decodeStartUs: at(frame.decodeStartUs),
      decodedUs: at(frame.decodedUs),
      encodedUs: at(frame.encodedUs),
      arrivedUs,
    };
  }
}

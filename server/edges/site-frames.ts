/**
 * The site's side of the frames: receives the edges' demands on its cameras, and publishes each rung that any of them wants,
 * once.
 *
 * Invariants: a rung is encoded for edges only while a demand for it is in force; an edge's demand affects only cameras that it
 * may have, and costs the others at most a few keyframes; an edge that may no longer have a camera cannot open its frames;
 * without NATS nothing is published and nothing waits: the site continues as if it were alone.
 */

import { randomInt } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { CameraKeys } from '../core/edges/camera-keys.ts';
import { EdgeDemands, LAPSE_MS, type DemandChange, type WantedRungs } from '../core/edges/edge-demands.ts';
import {
  answerPrefix,
  isCameraToken,
  readEdgeSubject,
  siteSubjects,
  videoSubject,
} from '../core/edges/subjects.ts';
import type { Subscription } from '../core/fan-out.ts';
import type { FrameSource } from '../core/video/frame-source.ts';
import { heldRung, RUNG_NAMES, type RungName } from '../core/video/rungs.ts';
import type { Log } from '../log.ts';
import {
  CAMERA_DEMAND,
  EDGE_MESSAGE_VERSION,
  type CameraOffer,
  type DemandRefusal,
} from '../wire/edge-messages.ts';
import { readFromEdge } from './edge-message-reader.ts';
import type { NatsLink, NatsMessage } from './nats-link.ts';
import type { SiteUplink } from './site-uplink.ts';
import { SiteStream, type SiteStreamCounters } from './site-stream.ts';

export interface SiteFramesOptions {
  site: string;
  link: NatsLink;
  /** The uplink of this link. */
  uplink: SiteUplink;
  source: FrameSource;
  /** Whether the edge may be sent this camera now. */
  mayHave: (edge: string, cameraId: string) => boolean;
  clock: Clock;
  log: Log;
}

export interface SiteFrameCounters extends SiteStreamCounters {
  /** Messages of edges that are no demand, or whose reply subject is not one of that edge. */
  malformed: number;
  /** Demands in another version. */
  otherVersion: number;
  keyframesRefused: number;
}

const TICK_MS = 500;
/** How often rights are looked up again: what ends them is told at once, but for pages that are closed. */
const TICKS_PER_REVIEW = 4;

export class SiteFrames {
  readonly #options: SiteFramesOptions;
  readonly #demands = new EdgeDemands();
  readonly #keys = new CameraKeys();
  /** By camera and rung. */
  readonly #streams = new Map<string, SiteStream>();
  readonly #listening: Subscription[];
  readonly #timer: NodeJS.Timeout;
  readonly #onOpen = (): void => this.#resume();
  #ticks = 0;
  #epoch = randomInt(2 ** 32);
  readonly #counters: SiteFrameCounters = {
    frames: 0,
    bytes: 0,
    leftOut: 0,
    tooLarge: 0,
    malformed: 0,
    otherVersion: 0,
    keyframesRefused: 0,
  };

  constructor(options: SiteFramesOptions) {
    this.#options = { ...options, log: options.log.child({ component: 'edges' }) };
    const { link, site } = options;
    const { demands, keyframes } = siteSubjects(site);
    this.#listening = [
      link.listen(demands, (message) => this.#onDemand(message)),
      link.listen(keyframes, (message) => this.#onKeyframeRequest(message)),
    ];
    link.on('open', this.#onOpen);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get stats(): SiteFrameCounters & {
    edges: string[];
    demands: number;
    /** Rungs that are published. */
    streams: number;
    demandsRefused: number;
    /** On the way to NATS. */
    unconfirmedBytes: number;
  } {
    const { edges, size: demands, refused: demandsRefused } = this.#demands;
    const [streams, unconfirmedBytes] = [this.#streams.size, this.#options.uplink.window.bytes];
    return { ...this.#counters, edges, demands, streams, demandsRefused, unconfirmedBytes };
  }

  /** Cameras that the edge asks for. */
  camerasOf(edge: string): number {
    return this.#demands.countOf(edge);
  }

  /** Ends what edges may not have any more. @param now new keys do not wait */
  refreshAccess(now = false): void {
    const { mayHave, clock } = this.#options;
    this.#keys.renewUnless(mayHave, clock(), now);
    for (const cameraId of this.#demands.endUnless(mayHave)) this.#follow(cameraId);
  }

  /** The camera is no longer published. */
  removeCamera(cameraId: string): void {
    this.#keys.remove(cameraId);
    if (this.#demands.removeCamera(cameraId)) this.#follow(cameraId);
  }

  /** A camera that is off is not published; edges that still want it once it is on again repeat their demand. */
  switchCamera(cameraId: string, off: boolean): void {
    if (off) this.removeCamera(cameraId);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    for (const subscription of this.#listening) subscription.close();
    this.#options.link.off('open', this.#onOpen);
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
  }

  #onDemand({ subject, data, answerSubject }: NatsMessage): void {
    const t1 = this.#options.clock();
    const from = readEdgeSubject(subject);
    // An answer goes to the edge that asks, and nowhere else.
    if (!from || answerSubject?.startsWith(`${answerPrefix(from.edge)}.`) !== true)
      return void this.#counters.malformed++;
    const demand = readFromEdge(CAMERA_DEMAND, data);
    if ('refused' in demand) {
      this.#counters[demand.refused === 'version' ? 'otherVersion' : 'malformed']++;
      return this.#answer(answerSubject, demand);
    }
    const { edge, cameraId } = from;
    const isAllowed = this.#options.mayHave(edge, cameraId);
    const wanted: WantedRungs = {};
    if (isAllowed) for (const { rung, limitBps } of demand.rungs) wanted[rung] = limitBps ?? Infinity;
    const change = this.#demands.set(edge, cameraId, wanted, t1);
    // Answered before the frames come, so that the edge knows the site's clock when it reads them.
    this.#answer(answerSubject, {
      version: EDGE_MESSAGE_VERSION,
      t1,
      t2: this.#options.clock(),
      lapsesInMs: LAPSE_MS,
      rungs: isAllowed ? this.#offeredTo(edge, cameraId) : null,
      ...(isAllowed && { key: this.#keyFor(edge, cameraId) }),
    });
    if (change) this.#apply(change);
  }

  #onKeyframeRequest({ subject }: NatsMessage): void {
    const from = readEdgeSubject(subject);
    if (!from?.rung) return void this.#counters.malformed++;
    const { edge, cameraId, rung } = from;
    if (!this.#demands.has(edge, cameraId, rung)) return void this.#counters.keyframesRefused++;
    if (this.#streams.get(`${cameraId} ${rung}`)?.requestKeyframe() === false)
      this.#counters.keyframesRefused++;
  }

  /** The available rungs, and the minimum of each: the demands of the other edges set it. */
  #offeredTo(edge: string, cameraId: string): NonNullable<CameraOffer['rungs']> {
    const others = this.#demands.wantedOf(cameraId, edge);
    return this.#options.source.rungsOf(cameraId).map((rung) => heldRung(rung, others[rung.name]));
  }

  #keyFor(edge: string, cameraId: string): NonNullable<CameraOffer['key']> {
    const { id, key } = this.#keys.give(cameraId, edge, this.#options.clock());
    return { id, secret: Buffer.from(key).toString('base64url') };
  }

  #answer(subject: string, answer: CameraOffer | DemandRefusal): void {
    this.#options.link.publish(subject, Buffer.from(JSON.stringify(answer)));
  }

  #apply({ cameraId, joined }: DemandChange): void {
    this.#follow(cameraId);
    // Rungs that already run began without these edges, so they need a keyframe.
    for (const rung of joined)
      if (this.#streams.get(`${cameraId} ${rung}`)?.requestKeyframe() === false)
        this.#counters.keyframesRefused++;
  }

  /** Opens, limits and closes the rungs of a camera as they are wanted now. */
  #follow(cameraId: string): void {
    const wanted = this.#demands.wantedOf(cameraId);
    for (const rung of RUNG_NAMES) {
      const key = `${cameraId} ${rung}`;
      const stream = this.#streams.get(key);
      const limitBps = wanted[rung];
      if (limitBps === undefined) {
        stream?.close();
        this.#streams.delete(key);
      } else if (stream) stream.limit(limitBps);
      else this.#open(cameraId, rung, limitBps);
    }
  }

  #open(cameraId: string, rung: RungName, limitBps: number): void {
    const { site, link, uplink, source, clock } = this.#options;
    if (!isCameraToken(cameraId)) return;
    this.#epoch = (this.#epoch + 1) % 2 ** 32;
    const stream = new SiteStream(
      { cameraId, subject: videoSubject(site, cameraId, rung), epoch: this.#epoch },
      { rung, limitBps },
      {
        link,
        window: uplink.window,
        key: () => this.#keys.of(cameraId, clock()),
        source,
        counters: this.#counters,
        onPublished: () => uplink.published(),
        clock,
      },
    );
    this.#streams.set(`${cameraId} ${rung}`, stream);
  }

  #tick(): void {
    for (const cameraId of this.#demands.lapse(this.#options.clock())) this.#follow(cameraId);
    if (++this.#ticks % TICKS_PER_REVIEW === 0) this.refreshAccess();
  }

  #resume(): void {
    for (const stream of this.#streams.values()) stream.resume();
  }
}

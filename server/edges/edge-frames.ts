/**
 * The SFU's source of frames at an edge: they arrive from the sites over NATS, each camera from the one site that has it.
 *
 * Invariant: no frames of a camera are received while nobody watches it here, and its site is told at once; a site that is
 * unreachable, slow or broken does not affect the cameras of others.
 */

import type { Clock } from '../core/clock.ts';
import { ClockOffset } from '../core/clock-offset.ts';
import { newHopCounters, type HopCounters } from '../core/edges/hop-figures.ts';
import type { OnEncodedFrame } from '../core/video/encoded-frame.ts';
import type { FrameSource, RungDemand, RungSubscription } from '../core/video/frame-source.ts';
import { offeredRungs, type Rung } from '../core/video/rungs.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { ASSUMED_FPS, EdgeCamera } from './edge-camera.ts';
import type { NatsLink } from './nats-link.ts';

export interface EdgeFramesOptions {
  edge: string;
  link: NatsLink;
  /** The site that has the camera; undefined: none has. */
  siteOf: (cameraId: string) => string | undefined;
  clock: Clock;
  log: Log;
}

/** Cameras whose rungs are remembered, so that the next viewer gets the right one at once. */
const MAX_CAMERAS = 4_096;
const TICK_MS = 250;

interface KnownSite {
  clock: ClockOffset;
  counters: HopCounters;
}

export class EdgeFrames implements FrameSource {
  readonly #options: EdgeFramesOptions;
  readonly #log: Log;
  readonly #cameras = new Map<string, EdgeCamera>();
  readonly #sites = new Map<string, KnownSite>();
  readonly #timer: NodeJS.Timeout;
  readonly #onOpen = (): void => this.#tellAll();
  #closed = false;

  constructor(options: EdgeFramesOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'edges' });
    options.link.on('open', this.#onOpen);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** By site. */
  get stats(): Record<string, HopCounters> {
    return Object.fromEntries(Array.from(this.#sites, ([site, { counters }]) => [site, { ...counters }]));
  }

  subscribeRung(cameraId: string, demand: RungDemand, onFrame: OnEncodedFrame): RungSubscription {
    const camera = this.#closed ? undefined : this.#camera(cameraId);
    if (!camera) throw new VigieError('unavailable', 'no site has this camera at the moment');
    return camera.subscribe(demand, onFrame);
  }

  rungsOf(cameraId: string): Rung[] {
    const camera = this.#closed ? undefined : this.#camera(cameraId);
    return camera?.rungs ?? offeredRungs(undefined, ASSUMED_FPS);
  }

  /** Idempotent. Tells the sites that nothing is wanted any more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#options.link.off('open', this.#onOpen);
    for (const camera of this.#cameras.values()) camera.close();
    this.#cameras.clear();
  }

  #tick(): void {
    const nowUs = this.#options.clock();
    for (const camera of this.#cameras.values()) camera.tick(nowUs);
  }

  #tellAll(): void {
    for (const camera of this.#cameras.values()) if (camera.isWatched) camera.tellSoon();
  }

  /** @throws VigieError `full` */
  #camera(cameraId: string): EdgeCamera | undefined {
    const known = this.#cameras.get(cameraId);
    if (known) return known;
    const site = this.#options.siteOf(cameraId);
    if (site === undefined) return undefined;
    this.#makeRoom();
    const { edge, link, clock } = this.#options;
    const knownSite = this.#site(site);
    const camera = new EdgeCamera({
      site,
      edge,
      cameraId,
      link,
      counters: knownSite.counters,
      offsetUs: () => knownSite.clock.offsetUs,
      onClock: (exchange) => void knownSite.clock.add(exchange),
      clock,
      log: this.#log,
    });
    this.#cameras.set(cameraId, camera);
    // Asks for the list of rungs before a viewer needs it.
    camera.tellSoon();
    return camera;
  }

  #makeRoom(): void {
    if (this.#cameras.size < MAX_CAMERAS) return;
    for (const [cameraId, camera] of this.#cameras)
      if (!camera.isWatched) return void this.#cameras.delete(cameraId);
    throw new VigieError('full', `an edge shows at most ${MAX_CAMERAS} cameras at once`);
  }

  #site(name: string): KnownSite {
    const site = this.#sites.get(name) ?? { clock: new ClockOffset(), counters: newHopCounters() };
    this.#sites.set(name, site);
    return site;
  }
}

/**
 * Everything that a site shows at edges: one connection to NATS, the site's name there, frames, tunnels, and the list of
 * the edges.
 *
 * Invariants: without the name nothing is answered and nothing published; a dropped edge is sent nothing from the moment
 * that `setDropped` is called, after a restart too.
 */

import type { Duplex } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { EdgeRoster, type KnownEdge } from '../core/edges/edge-roster.ts';
import { answerPrefix, readEdgeOf, siteSubjects } from '../core/edges/subjects.ts';
import type { Subscription } from '../core/fan-out.ts';
import type { Dates } from '../core/site-clock.ts';
import type { FrameSource } from '../core/video/frame-source.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  EDGE_HELLO,
  EDGE_MESSAGE_VERSION,
  type DemandRefusal,
  type HelloAnswer,
} from '../wire/edge-messages.ts';
import type { ServerStatus } from '../wire/server-status.ts';
import { MAX_DROPPED_EDGES, type EdgeView, type SiteEdgesView } from '../wire/site-edges.ts';
import type { DroppedEdgeStore } from './dropped-edge-store.ts';
import { readFromEdge } from './edge-message-reader.ts';
import type { NatsLink, NatsMessage } from './nats-link.ts';
import { SiteFrames } from './site-frames.ts';
import { SiteName } from './site-name.ts';
import { SiteUplink } from './site-uplink.ts';
import { SiteTunnels } from './site-tunnels.ts';

export interface SiteEdgesOptions {
  site: string;
  /** Closed with it. */
  link: NatsLink;
  /** The release of this server. */
  software: string;
  source: FrameSource;
  store: Pick<DroppedEdgeStore, 'list' | 'set'>;
  /** Whether this edge may be sent this camera now. */
  mayHave: (edge: string, cameraId: string) => boolean;
  /** Pages and programs that are signed in through the edge. */
  viewersAt: (edge: string) => number;
  /** Takes a connection of an edge's client. */
  accept: (stream: Duplex) => void;
  clock: Clock;
  dates: Pick<Dates, 'dateMs'>;
  log: Log;
}

interface Shown {
  uplink: SiteUplink;
  frames: SiteFrames;
  tunnels: SiteTunnels;
  hellos: Subscription;
}

export class SiteEdges {
  readonly #options: SiteEdgesOptions;
  readonly #roster: EdgeRoster;
  readonly #name: SiteName;
  /** While it has the site's name. */
  #shown: Shown | undefined;

  constructor(options: SiteEdgesOptions) {
    this.#options = options;
    this.#roster = new EdgeRoster(options.store.list());
    this.#name = new SiteName(options);
    this.#name.on('held', () => this.#show());
    this.#name.on('refused', () => this.#hide());
  }

  view(): SiteEdgesView {
    const { site, software, clock } = this.#options;
    const edges = this.#roster.list(clock()).map((edge) => this.#viewOf(edge));
    return { site, software, state: this.#state, edges };
  }

  /** Null while it does not have the site's name. */
  get figures(): NonNullable<ServerStatus['edges']> | null {
    if (!this.#shown) return null;
    const { frames, tunnels } = this.#shown;
    const { edges: _names, ...counters } = frames.stats;
    return { ...counters, tunnels: tunnels.stats, nats: { ...this.#options.link.counters } };
  }

  /**
   * Dropped, it is sent nothing, and its streams end; admitted again, it comes back by itself.
   *
   * @throws VigieError `notFound`, `conflict`
   */
  async setDropped(edge: string, dropped: boolean): Promise<void> {
    if (!this.#roster.has(edge)) throw new VigieError('notFound', `this site knows no edge ${edge}`);
    if (dropped && this.#roster.dropped.length >= MAX_DROPPED_EDGES)
      throw new VigieError(
        'conflict',
        'too many edges are dropped: remove their users from NATS, and admit them here',
      );
    // Before it is stored: it is to take effect at once, and also if the disk is full.
    this.#roster.setDropped(edge, dropped);
    if (dropped) {
      this.#shown?.frames.refreshAccess(true);
      this.#shown?.tunnels.dropEdge(edge);
    }
    await this.#options.store.set(this.#roster.dropped);
  }

  removeCamera(cameraId: string): void {
    this.#shown?.frames.removeCamera(cameraId);
  }

  switchCamera(cameraId: string, off: boolean): void {
    this.#shown?.frames.switchCamera(cameraId, off);
  }

  /** Rights, sessions or cameras have ended. */
  refreshAccess(): void {
    this.#shown?.frames.refreshAccess(true);
  }

  async close(): Promise<void> {
    this.#name.close();
    this.#hide();
    await this.#options.link.close();
  }

  get #state(): SiteEdgesView['state'] {
    if (!this.#options.link.isOpen) return 'away';
    if (this.#name.state === 'refused') return 'nameTaken';
    return this.#name.state === 'holding' ? 'shown' : 'starting';
  }

  #viewOf({ name, status, software, heardUs }: KnownEdge): EdgeView {
    const { dates, viewersAt } = this.#options;
    return {
      name,
      status,
      software: software ?? null,
      heardAtMs: heardUs === undefined ? null : dates.dateMs(heardUs),
      cameras: this.#shown?.frames.camerasOf(name) ?? 0,
      viewers: viewersAt(name),
      requests: this.#shown?.tunnels.openOf(name) ?? 0,
    };
  }

  #show(): void {
    const { site, link, source, mayHave, accept, clock, log } = this.#options;
    const isAdmitted = (edge: string): boolean => this.#roster.isAdmitted(edge);
    const uplink = new SiteUplink(link, clock);
    this.#shown = {
      uplink,
      frames: new SiteFrames({
        site,
        link,
        uplink,
        source,
        mayHave: (edge, cameraId) => isAdmitted(edge) && mayHave(edge, cameraId),
        clock,
        log,
      }),
      tunnels: new SiteTunnels({ site, link, uplink, isAdmitted, accept: (stream) => accept(stream), clock }),
      hellos: link.listen(siteSubjects(site).hellos, (message) => this.#onHello(message)),
    };
  }

  #hide(): void {
    this.#shown?.hellos.close();
    this.#shown?.tunnels.close();
    this.#shown?.frames.close();
    this.#shown?.uplink.close();
    this.#shown = undefined;
  }

  #onHello({ subject, data, answerSubject }: NatsMessage): void {
    const edge = readEdgeOf('hello', subject);
    if (edge === undefined || answerSubject?.startsWith(`${answerPrefix(edge)}.`) !== true) return;
    const hello = readFromEdge(EDGE_HELLO, data);
    const isOther = 'refused' in hello;
    if (isOther && hello.refused === 'malformed') return this.#answer(answerSubject, hello);
    this.#roster.hear(edge, isOther ? undefined : hello.software, this.#options.clock());
    if (isOther) return this.#answer(answerSubject, hello);
    this.#answer(answerSubject, {
      version: EDGE_MESSAGE_VERSION,
      software: this.#options.software,
      admitted: this.#roster.isAdmitted(edge),
    });
  }

  #answer(subject: string, answer: HelloAnswer | DemandRefusal): void {
    this.#options.link.publish(subject, Buffer.from(JSON.stringify(answer)));
  }
}

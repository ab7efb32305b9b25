/** Opens a node's connection to NATS, with its streams of frames and HTTP: that of a site, or of an edge. */

import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { answerPrefix } from '../core/edges/subjects.ts';
import type { Clock } from '../core/clock.ts';
import type { FrameSource } from '../core/video/frame-source.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { EdgeFrames } from './edge-frames.ts';
import { EdgeTunnels } from './edge-tunnels.ts';
import { NatsLink } from './nats-link.ts';
import { SiteFrames } from './site-frames.ts';
import { SiteProxy } from './site-proxy.ts';
import { SiteTunnels } from './site-tunnels.ts';

export interface NatsSettings {
  natsUrls: readonly string[];
  /** Path of the file. */
  natsCredentials: string | undefined;
}

export interface SiteEdgesOptions extends NatsSettings {
  site: string;
  source: FrameSource;
  /** Whether edges may be sent this camera now. */
  mayHave: (cameraId: string) => boolean;
  /** Takes a connection of an edge's client. */
  accept: (stream: Duplex) => void;
  clock: Clock;
  log: Log;
}

/** The site's side of its edges: publishes its cameras and its API to them until it is closed. */
export class SiteEdges {
  readonly #link: NatsLink;
  readonly #frames: SiteFrames;
  readonly #tunnels: SiteTunnels;

  /** @throws VigieError `configuration` when the credentials cannot be read */
  constructor(options: SiteEdgesOptions) {
    const { site, source, mayHave, accept, clock, log } = options;
    this.#link = openLink(options, site, log);
    const link = this.#link;
    this.#frames = new SiteFrames({
      site,
      link,
      source,
      mayHave: (_edge, cameraId) => mayHave(cameraId),
      clock,
      log,
    });
    this.#tunnels = new SiteTunnels({ site, link, accept: (stream) => accept(stream), clock });
  }

  removeCamera(cameraId: string): void {
    this.#frames.removeCamera(cameraId);
  }

  switchCamera(cameraId: string, off: boolean): void {
    this.#frames.switchCamera(cameraId, off);
  }

  async close(): Promise<void> {
    this.#tunnels.close();
    this.#frames.close();
    await this.#link.close();
  }
}

export interface EdgeNodeOptions extends NatsSettings {
  edge: string;
  site: string;
  clock: Clock;
  log: Log;
}

/** The parts of an edge that reach its site. */
export class EdgeNode {
  readonly frames: EdgeFrames;
  readonly tunnels: EdgeTunnels;
  readonly proxy: SiteProxy;
  readonly #link: NatsLink;

  /** @throws VigieError `configuration` when the credentials cannot be read */
  constructor(options: EdgeNodeOptions) {
    const { edge, site, clock, log } = options;
    this.#link = openLink(options, edge, log, answerPrefix(edge));
    const link = this.#link;
    this.frames = new EdgeFrames({ edge, link, siteOf: () => site, clock, log });
    this.tunnels = new EdgeTunnels({ edge, sites: [site], link, clock });
    this.proxy = new SiteProxy(this.tunnels);
  }

  async close(): Promise<void> {
    this.tunnels.close();
    this.frames.close();
    // Tells the site that nothing is wanted any more.
    await this.#link.confirm().catch(() => undefined);
    await this.#link.close();
  }
}

function openLink(
  { natsUrls, natsCredentials }: NatsSettings,
  name: string,
  log: Log,
  answers?: string,
): NatsLink {
  return new NatsLink({
    urls: natsUrls,
    name,
    credentials: natsCredentials === undefined ? undefined : readCredentials(natsCredentials),
    answerPrefix: answers,
    log,
  });
}

/** @throws VigieError `configuration` */
function readCredentials(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new VigieError('configuration', `VIGIE_NATS_CREDENTIALS names ${path}, which cannot be read`, {
      cause: error,
    });
  }
}

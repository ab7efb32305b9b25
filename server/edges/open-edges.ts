/** Opens a node's connection to NATS: a site's, with all that it shows at edges, or an edge's. */

import { readFileSync } from 'node:fs';
import { answerPrefix } from '../core/edges/subjects.ts';
import type { Clock } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { EdgeFrames } from './edge-frames.ts';
import { EdgeHello } from './edge-hello.ts';
import { EdgeTunnels } from './edge-tunnels.ts';
import { NatsLink } from './nats-link.ts';
import { SiteEdges, type SiteEdgesOptions } from './site-edges.ts';
import { SiteProxy } from './site-proxy.ts';

export interface NatsSettings {
  natsUrls: readonly string[];
  /** Path of the file. */
  natsCredentials: string | undefined;
  /** In place of a file. */
  invitation: { password: string } | undefined;
}

/** @throws VigieError `configuration` when the credentials cannot be read */
export function openSiteEdges(settings: NatsSettings, options: Omit<SiteEdgesOptions, 'link'>): SiteEdges {
  return new SiteEdges({ ...options, link: openLink(settings, options.site, options.log) });
}

export interface EdgeNodeOptions extends NatsSettings {
  edge: string;
  site: string;
  /** The release of this server. */
  software: string;
  clock: Clock;
  log: Log;
}

/** The parts of an edge that reach its site. */
export class EdgeNode {
  readonly frames: EdgeFrames;
  readonly tunnels: EdgeTunnels;
  readonly proxy: SiteProxy;
  readonly #hello: EdgeHello;
  readonly #link: NatsLink;

  /** @throws VigieError `configuration` when the credentials cannot be read */
  constructor(options: EdgeNodeOptions) {
    const { edge, site, software, clock, log } = options;
    this.#link = openLink(options, edge, log, answerPrefix(edge));
    const link = this.#link;
    this.frames = new EdgeFrames({ edge, link, siteOf: () => site, clock, log });
    this.tunnels = new EdgeTunnels({ edge, sites: [site], link, clock });
    this.proxy = new SiteProxy(this.tunnels);
    this.#hello = new EdgeHello({ site, edge, software, link, log });
  }

  /** For its metrics. */
  get figures() {
    const { isOpen, counters } = this.#link;
    return {
      hops: this.frames.stats,
      isReached: this.#hello.reach === 'reached',
      nats: { isOpen, ...counters },
      tunnels: this.tunnels.size,
    };
  }

  async close(): Promise<void> {
    this.#hello.close();
    this.tunnels.close();
    this.frames.close();
    // Tells the site that nothing is wanted any more.
    await this.#link.confirm().catch(() => undefined);
    await this.#link.close();
  }
}

function openLink(
  { natsUrls, natsCredentials, invitation }: NatsSettings,
  name: string,
  log: Log,
  answers?: string,
): NatsLink {
  return new NatsLink({
    urls: natsUrls,
    name,
    credentials: invitation
      ? `${name}:${invitation.password}`
      : natsCredentials === undefined
        ? undefined
        : readCredentials(natsCredentials),
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

/**
 * A household on a real nats-server: one site and edges by name, each with the permissions of its role, and a second
 * household.
 */

import { createLog } from '../../server/log.ts';
import { serverClock } from '../../server/core/clock.ts';
import { answerPrefix, edgePermissions, sitePermissions } from '../../server/core/edges/subjects.ts';
import type { FrameSource } from '../../server/core/video/frame-source.ts';
import { EdgeFrames } from '../../server/edges/edge-frames.ts';
import { NatsLink } from '../../server/edges/nats-link.ts';
import { SiteFrames } from '../../server/edges/site-frames.ts';
import { SiteUplink } from '../../server/edges/site-uplink.ts';
import { NatsServer } from '../support/nats-server.ts';
import { until } from '../support/until.ts';

export const SITE = 'home';
const EDGES = ['north', 'south'] as const;
export type EdgeName = (typeof EDGES)[number];

export class EdgeRig {
  readonly nats: NatsServer;
  readonly #closing: (() => unknown)[] = [];
  /** Time that passed at the site and at all edges without a wait. */
  skippedUs = 0;
  /** Cameras that edges may not have: `camera`, or `edge camera`. */
  readonly #hidden = new Set<string>();

  static async start(): Promise<EdgeRig> {
    return new EdgeRig(
      await NatsServer.start([
        { name: SITE, account: 'first', permissions: sitePermissions(SITE) },
        ...EDGES.map((name) => ({ name, account: 'first', permissions: edgePermissions(name, [SITE]) })),
        // The neighbours have chosen the same names.
        { name: 'neighbour-site', account: 'second', permissions: sitePermissions(SITE) },
        { name: 'neighbour-edge', account: 'second', permissions: edgePermissions('north', [SITE]) },
      ]),
    );
  }

  private constructor(nats: NatsServer) {
    this.nats = nats;
  }

  readonly clock = (): number => serverClock() + this.skippedUs;

  /** A connection with the credentials of a user. */
  async link(user: string, edge?: string): Promise<NatsLink> {
    const link = new NatsLink({
      urls: [this.nats.url],
      name: user,
      credentials: this.nats.credentialsOf(user),
      answerPrefix: edge === undefined ? undefined : answerPrefix(edge),
      log: createLog('silent'),
    });
    this.#closing.push(() => link.close());
    await until(`${user} is connected`, () => link.isOpen);
    return link;
  }

  async site(source: FrameSource, user: string = SITE): Promise<{ frames: SiteFrames; link: NatsLink }> {
    const link = await this.link(user);
    const uplink = new SiteUplink(link, this.clock);
    const frames = new SiteFrames({
      site: SITE,
      link,
      uplink,
      source,
      mayHave: (edge, cameraId) => !this.#hidden.has(cameraId) && !this.#hidden.has(`${edge} ${cameraId}`),
      clock: this.clock,
      log: createLog('silent'),
    });
    this.#closing.push(
      () => uplink.close(),
      () => frames.close(),
    );
    return { frames, link };
  }

  async edge(name: EdgeName, user: string = name): Promise<{ frames: EdgeFrames; link: NatsLink }> {
    const link = await this.link(user, name);
    const frames = new EdgeFrames({
      edge: name,
      link,
      siteOf: () => SITE,
      clock: this.clock,
      log: createLog('silent'),
    });
    this.#closing.push(() => frames.close());
    return { frames, link };
  }

  /** @param edge undefined: from all */
  hide(cameraId: string, hidden: boolean, edge?: EdgeName): void {
    const what = edge === undefined ? cameraId : `${edge} ${cameraId}`;
    if (hidden) this.#hidden.add(what);
    else this.#hidden.delete(what);
  }

  /** Everything that was opened through it, in reverse; the server stays. */
  async closeAll(): Promise<void> {
    for (const close of this.#closing.splice(0).toReversed()) await close();
    this.skippedUs = 0;
    this.#hidden.clear();
  }

  async stop(): Promise<void> {
    await this.closeAll();
    await this.nats.stop();
  }
}

/** The edge's end of the tunnels to its sites: opens a stream to a site's HTTP server for one request of a client. */

import { randomUUID } from 'node:crypto';
import { networkOf } from '../core/address/network.ts';
import type { Clock } from '../core/clock.ts';
import { openSubject, streamSubject } from '../core/edges/subjects.ts';
import { VigieError } from '../errors.ts';
import { FairPlaces } from '../net/fair-places.ts';
import { EDGE_MESSAGE_VERSION, TUNNEL_ANSWER, type TunnelRequest } from '../wire/edge-messages.ts';
import { readFromSite } from './edge-message-reader.ts';
import type { NatsLink } from './nats-link.ts';
import type { TunnelStream } from './tunnel-stream.ts';
import { TunnelStreams } from './tunnel-streams.ts';

export interface EdgeTunnelsOptions {
  edge: string;
  sites: readonly string[];
  link: NatsLink;
  clock: Clock;
}

/** The client of the request, as the edge sees it. */
export type TunnelClient = Pick<TunnelRequest, 'address' | 'secure'>;

/** To one site. */
const MAX_STREAMS = 512;
/** The rest is for streams that were just replaced by others, and are still being closed. */
export const MAX_CLIENT_STREAMS = MAX_STREAMS - 32;

interface SiteStreams {
  streams: TunnelStreams;
  /** No network holds all streams while others need one. */
  places: FairPlaces;
}

export class EdgeTunnels {
  readonly #options: EdgeTunnelsOptions;
  readonly #bySite: ReadonlyMap<string, SiteStreams>;

  constructor(options: EdgeTunnelsOptions) {
    this.#options = options;
    const { edge, link, clock } = options;
    this.#bySite = new Map(
      options.sites.map((site) => [
        site,
        {
          streams: new TunnelStreams({
            link,
            listens: streamSubject(site, 'down', edge, '*'),
            answers: (_edge, stream) => streamSubject(site, 'up', edge, stream),
            maxPerEdge: MAX_STREAMS,
            clock,
          }),
          places: new FairPlaces({ total: MAX_CLIENT_STREAMS }),
        },
      ]),
    );
  }

  /** Streams that are open. */
  get size(): number {
    return Array.from(this.#bySite.values()).reduce((sum, { streams }) => sum + streams.size, 0);
  }

  /**
   * @returns a stream to the site's HTTP server; the caller closes it
   * @throws VigieError `unavailable` within 2 s when the site is unreachable or has another version, `full`
   */
  async open(site: string, client: TunnelClient): Promise<TunnelStream> {
    const { edge } = this.#options;
    const shown = this.#bySite.get(site);
    if (!shown) throw new VigieError('unavailable', `this edge does not show the site ${site}`);
    const id = randomUUID();
    // Before the site can send anything.
    const stream = this.#openFor(client, shown, id);
    if (!stream)
      throw new VigieError('full', 'this edge has too many requests under way; try again in a moment');
    try {
      await this.#ask(
        openSubject(site, edge),
        { version: EDGE_MESSAGE_VERSION, stream: id, ...client },
        site,
      );
      return stream;
    } catch (error) {
      // The site may have opened it, although its answer was lost.
      stream.destroy();
      throw error;
    }
  }

  /** Idempotent. All requests end. */
  close(): void {
    for (const { streams } of this.#bySite.values()) streams.close();
  }

  /** If no place is free, it replaces a stream of the network that has the most. */
  #openFor(
    { address }: TunnelClient,
    { streams, places }: SiteStreams,
    id: string,
  ): TunnelStream | undefined {
    let stream: TunnelStream | undefined;
    const leave = places.enter(networkOf(address), {
      replaceable: () => 'toFewer',
      onReplaced: () => stream?.destroy(),
    });
    if (!leave) return undefined;
    stream = streams.open({ edge: this.#options.edge, stream: id });
    if (stream) stream.once('close', leave);
    else leave();
    return stream;
  }

  async #ask(subject: string, request: TunnelRequest, site: string): Promise<void> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#options.link.ask(subject, Buffer.from(JSON.stringify(request)));
    } catch (error) {
      throw new VigieError('unavailable', `the site ${site} does not answer at the moment; try again`, {
        cause: error,
        retryAfterSeconds: 2,
      });
    }
    const answer = readFromSite(TUNNEL_ANSWER, bytes);
    if (!answer || 'refused' in answer)
      throw new VigieError(
        'unavailable',
        `the site ${site} and this edge have incompatible versions: update the older one`,
      );
    if (answer.reason === 'dropped')
      throw new VigieError(
        'unavailable',
        `the site ${site} has dropped this edge; its administrator can admit it again`,
      );
    if (!answer.open)
      throw new VigieError('full', `the site ${site} has too many requests under way; try again in a moment`);
  }
}

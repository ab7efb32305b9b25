/**
 * The site's end of its tunnels: an edge opens a stream for a request of one of its clients, and the site's HTTP server takes it
 * like a connection.
 *
 * Invariant: an edge can only name its client: it gets what that client would get by connecting directly, without the trust that
 * the site has in its own network.
 */

import type { Clock } from '../core/clock.ts';
import { canonicalIp } from '../core/address/ip-address.ts';
import { answerPrefix, readEdgeOf, siteSubjects, streamSubject } from '../core/edges/subjects.ts';
import type { Subscription } from '../core/fan-out.ts';
import {
  EDGE_MESSAGE_VERSION,
  TUNNEL_REQUEST,
  type DemandRefusal,
  type TunnelAnswer,
} from '../wire/edge-messages.ts';
import { readFromEdge } from './edge-message-reader.ts';
import type { NatsLink, NatsMessage } from './nats-link.ts';
import type { SiteUplink } from './site-uplink.ts';
import type { TunnelStream } from './tunnel-stream.ts';
import { TunnelStreams } from './tunnel-streams.ts';

export interface SiteTunnelsOptions {
  site: string;
  link: NatsLink;
  /** The uplink of this link, on which answers give way to video. */
  uplink: SiteUplink;
  /** Whether the edge may open streams. */
  isAdmitted?: (edge: string) => boolean;
  /** Takes the stream as a connection of the client. */
  accept: (stream: TunnelStream, edge: string) => void;
  clock: Clock;
}

/** Requests under way of one edge; each is bounded by two windows. */
export const MAX_STREAMS_PER_EDGE = 512;

export class SiteTunnels {
  readonly #options: SiteTunnelsOptions;
  readonly #streams: TunnelStreams;
  readonly #listening: Subscription;
  readonly #counters = { malformed: 0, otherVersion: 0 };

  constructor(options: SiteTunnelsOptions) {
    this.#options = options;
    const { site, link, uplink, clock } = options;
    const { opens, bytes } = siteSubjects(site);
    this.#streams = new TunnelStreams({
      link,
      listens: bytes,
      answers: (edge, stream) => streamSubject(site, 'down', edge, stream),
      maxPerEdge: MAX_STREAMS_PER_EDGE,
      uplink,
      clock,
    });
    this.#listening = link.listen(opens, (message) => this.#onOpen(message));
  }

  get stats(): TunnelStreams['counters'] & { open: number; malformed: number; otherVersion: number } {
    return { open: this.#streams.size, ...this.#streams.counters, ...this.#counters };
  }

  /** Streams of one edge that are open. */
  openOf(edge: string): number {
    return this.#streams.sizeOf(edge);
  }

  /** All requests of the edge end. */
  dropEdge(edge: string): void {
    this.#streams.closeEdge(edge);
  }

  /** Idempotent. All requests of edges end. */
  close(): void {
    this.#listening.close();
    this.#streams.close();
  }

  #onOpen({ subject, data, answerSubject }: NatsMessage): void {
    const edge = readEdgeOf('open', subject);
    if (edge === undefined || answerSubject?.startsWith(`${answerPrefix(edge)}.`) !== true)
      return void this.#counters.malformed++;
    const request = readFromEdge(TUNNEL_REQUEST, data);
    if ('refused' in request) {
      this.#counters[request.refused === 'version' ? 'otherVersion' : 'malformed']++;
      return this.#answer(answerSubject, request);
    }
    if (this.#options.isAdmitted?.(edge) === false)
      return this.#answer(answerSubject, { version: EDGE_MESSAGE_VERSION, open: false, reason: 'dropped' });
    const remoteAddress = canonicalIp(request.address) ?? '';
    const client = { edge, stream: request.stream, remoteAddress, encrypted: request.secure };
    const stream = this.#streams.open(client);
    this.#answer(answerSubject, { version: EDGE_MESSAGE_VERSION, open: stream !== undefined });
    if (stream) this.#options.accept(stream, edge);
  }

  #answer(subject: string, answer: TunnelAnswer | DemandRefusal): void {
    this.#options.link.publish(subject, Buffer.from(JSON.stringify(answer)));
  }
}

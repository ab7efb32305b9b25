/**
 * The streams of one side of a tunnel, by the subject of their messages.
 *
 * Invariants: a message for an unknown stream is answered with a reset, so that no side continues alone; all streams end with the
 * connection; their number is bounded.
 */

import type { Clock } from '../core/clock.ts';
import { readStreamSubject } from '../core/edges/subjects.ts';
import { readTunnelMessage, writeTunnelMessage } from '../wire/tunnel-message.ts';
import type { NatsLink, NatsMessage } from './nats-link.ts';
import { TunnelStream } from './tunnel-stream.ts';

export interface TunnelStreamsOptions {
  link: NatsLink;
  /** The subject that this side listens to. */
  listens: string;
  /** The subject that messages of a stream go to. */
  answers: (edge: string, stream: string) => string;
  maxPerEdge: number;
  clock: Clock;
}

export interface NewStream {
  edge: string;
  stream: string;
  remoteAddress?: string;
  encrypted?: boolean;
}

const TICK_MS = 2_500;

export class TunnelStreams {
  readonly #options: TunnelStreamsOptions;
  /** By edge, then by stream. */
  readonly #edges = new Map<string, Map<string, TunnelStream>>();
  readonly #close: () => void;
  readonly counters = { opened: 0, refused: 0, unknown: 0 };

  constructor(options: TunnelStreamsOptions) {
    this.#options = options;
    const { link } = options;
    const listening = link.listen(options.listens, (message) => this.#onMessage(message));
    const onLost = (): void => this.#each((stream) => stream.lost());
    link.on('lost', onLost);
    const timer = setInterval(() => {
      const nowUs = options.clock();
      this.#each((stream) => stream.tick(nowUs));
    }, TICK_MS);
    this.#close = () => {
      clearInterval(timer);
      listening.close();
      link.off('lost', onLost);
      this.#each((stream) => stream.destroy());
    };
  }

  /** Streams that are open. */
  get size(): number {
    return Array.from(this.#edges.values()).reduce((sum, streams) => sum + streams.size, 0);
  }

  /** @returns undefined when the edge has too many, or one with this name */
  open({ edge, stream: id, ...client }: NewStream): TunnelStream | undefined {
    const { link, answers, maxPerEdge, clock } = this.#options;
    const streams = this.#edges.get(edge) ?? new Map<string, TunnelStream>();
    if (streams.size >= maxPerEdge || streams.has(id)) {
      this.counters.refused++;
      return undefined;
    }
    const subject = answers(edge, id);
    const stream = new TunnelStream({
      ...client,
      send: (message) => link.publish(subject, message),
      nowUs: clock(),
    });
    this.#edges.set(edge, streams.set(id, stream));
    this.counters.opened++;
    stream.once('close', () => {
      streams.delete(id);
      if (streams.size === 0 && this.#edges.get(edge) === streams) this.#edges.delete(edge);
    });
    return stream;
  }

  /** Idempotent. All streams end. */
  close(): void {
    this.#close();
  }

  #onMessage({ subject, data }: NatsMessage): void {
    const from = readStreamSubject(subject);
    if (!from) return;
    const stream = this.#edges.get(from.edge)?.get(from.stream);
    if (stream) return stream.onMessage(data, this.#options.clock());
    this.counters.unknown++;
    const message = readTunnelMessage(data);
    if (typeof message === 'string' || message.type === 'reset') return;
    this.#options.link.publish(this.#options.answers(from.edge, from.stream), writeTunnelMessage('reset', 0));
  }

  #each(act: (stream: TunnelStream) => void): void {
    for (const streams of this.#edges.values()) for (const stream of streams.values()) act(stream);
  }
}

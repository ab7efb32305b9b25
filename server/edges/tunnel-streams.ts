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
import type { SiteUplink } from './site-uplink.ts';
import { TunnelStream } from './tunnel-stream.ts';

export interface TunnelStreamsOptions {
  link: NatsLink;
  /** The subject that this side listens to. */
  listens: string;
  /** The subject that messages of a stream go to. */
  answers: (edge: string, stream: string) => string;
  maxPerEdge: number;
  /** Long answers give way to video on it; undefined: none does. */
  uplink?: SiteUplink;
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
  #turn = 0;
  readonly counters = { opened: 0, refused: 0, unknown: 0 };

  constructor(options: TunnelStreamsOptions) {
    this.#options = options;
    const { link, uplink } = options;
    const listening = link.listen(options.listens, (message) => this.#onMessage(message));
    const onLost = (): void => this.#each((stream) => stream.lost());
    link.on('lost', onLost);
    const onRoom = (): void => this.#giveRoom();
    uplink?.on('room', onRoom);
    const timer = setInterval(() => {
      const nowUs = options.clock();
      this.#each((stream) => stream.tick(nowUs));
    }, TICK_MS);
    this.#close = () => {
      clearInterval(timer);
      listening.close();
      link.off('lost', onLost);
      uplink?.off('room', onRoom);
      this.#each((stream) => stream.destroy());
    };
  }

  /** Streams that are open. */
  get size(): number {
    return Array.from(this.#edges.values()).reduce((sum, streams) => sum + streams.size, 0);
  }

  /** @returns undefined when the edge has too many, or one with this name */
  open({ edge, stream: id, ...client }: NewStream): TunnelStream | undefined {
    const { link, answers, maxPerEdge, uplink, clock } = this.#options;
    const streams = this.#edges.get(edge) ?? new Map<string, TunnelStream>();
    if (streams.size >= maxPerEdge || streams.has(id)) {
      this.counters.refused++;
      return undefined;
    }
    const subject = answers(edge, id);
    const stream = new TunnelStream({
      ...client,
      viaEdge: edge,
      ...(uplink && {
        room: {
          has: (bytes: number) => uplink.hasBulkRoom(bytes),
          take: (bytes: number) => uplink.sentBulk(bytes),
        },
      }),
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

  sizeOf(edge: string): number {
    return this.#edges.get(edge)?.size ?? 0;
  }

  /** All streams of the edge end. */
  closeEdge(edge: string): void {
    for (const stream of this.#edges.get(edge)?.values() ?? []) stream.destroy();
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

  /** To those that wait, by turns: the next time begins behind the one that was served last. */
  #giveRoom(): void {
    const waiting: TunnelStream[] = [];
    this.#each((stream) => {
      if (stream.awaitsRoom) waiting.push(stream);
    });
    if (waiting.length === 0) return;
    this.#turn = (this.#turn + 1) % waiting.length;
    for (const stream of [...waiting.slice(this.#turn), ...waiting.slice(0, this.#turn)]) stream.onRoom();
  }

  #each(act: (stream: TunnelStream) => void): void {
    for (const streams of this.#edges.values()) for (const stream of streams.values()) act(stream);
  }
}

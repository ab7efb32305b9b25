/**
 * The codec processes: cameras are spread over them, and whatever happens to a process, its cameras go on with another.
 *
 * Invariant: one process is kept warm without a camera as long as there is room for one, so that neither a first viewer
 * nor a camera whose process died waits for a start. A process that dies is started again, ever more slowly if it keeps
 * dying young.
 */

import { availableParallelism } from 'node:os';
import type { Log } from '../log.ts';
import { CodecLink, type CodecLinkOptions } from './codec-link.ts';
import type { CodecReplyHeader, CodecRequest } from './codec-messages.ts';

/** What happens to one camera's encoder. */
export interface CodecClient {
  /** Frames may be sent; the encoder behind the seat knows nothing of earlier ones. */
  onReady(): void;
  /** See codec-link.ts. */
  onAnswer(reply: CodecReplyHeader, data: Uint8Array, luma: Uint8Array | undefined): void;
  onRejected(reason: string): void;
  /** The process is gone, and the frame in flight with it. `culprit`: it was this camera's frame it was working on. */
  onLost(culprit: boolean): void;
}

export interface CodecSeat {
  readonly ready: boolean;
  /** One at a time: the answer, or `onLost`, comes before the next. */
  ask(request: CodecRequest, jpeg: Uint8Array): void;
  /** Idempotent. Nothing is called any more. */
  close(): void;
}

export interface CodecPoolOptions extends CodecLinkOptions {
  /** How many processes at most. */
  size: number;
  /** The next process is started this long after a camera took the last free one, so as not to disturb its first frame. */
  spareDelayMs: number;
  /** Before a process is started again: this, doubled for each death in a row, up to the maximum. */
  restartDelayMs: number;
  maxRestartDelayMs: number;
  /** A process that lived this long has proven itself, and the delays begin anew. */
  provenAfterMs: number;
}

export const CODEC_POOL_DEFAULTS: CodecPoolOptions = {
  size: Math.min(availableParallelism(), 4),
  startTimeoutMs: 10_000,
  answerTimeoutMs: 2_000,
  spareDelayMs: 500,
  restartDelayMs: 100,
  maxRestartDelayMs: 10_000,
  provenAfterMs: 30_000,
};

interface Place {
  link: CodecLink | undefined;
  readonly seats: Set<Seat>;
  deathsInARow: number;
  startedAtMs: number;
  restart: NodeJS.Timeout | undefined;
}

interface Seat {
  /** A new number with each process, so that nothing an old one still says is taken for the new one's. */
  encoder: number;
  readonly client: CodecClient;
  place: Place;
}

export class CodecPool {
  readonly #log: Log;
  readonly #options: CodecPoolOptions;
  readonly #places: Place[] = [];
  readonly #seats = new Map<number, Seat>();
  #nextEncoder = 1;
  #restarts = 0;
  #spare: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(log: Log, options: CodecPoolOptions) {
    this.#log = log;
    this.#options = options;
    this.#keepOneWarm();
  }

  /** How many processes died since the start. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The processes alive, for tests and metrics. */
  get pids(): number[] {
    return this.#places.flatMap(({ link }) => link?.pid ?? []);
  }

  open(client: CodecClient): CodecSeat {
    if (this.#closed) throw new Error('the codec pool is closed');
    const seat: Seat = { encoder: 0, client, place: this.#bestPlace() };
    this.#seat(seat, seat.place);
    this.#spare ??= setTimeout(() => this.#keepOneWarm(), this.#options.spareDelayMs);
    return {
      get ready() {
        return seat.place.link?.ready ?? false;
      },
      ask: (request, jpeg) => seat.place.link?.ask(seat.encoder, request, jpeg),
      close: () => this.#unseat(seat),
    };
  }

  /** Idempotent. Kills the processes. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#spare);
    this.#seats.clear();
    for (const place of this.#places) {
      clearTimeout(place.restart);
      place.seats.clear();
      place.link?.end('the server stops');
    }
  }

  /** One that is up goes before one that is not, then the one with the fewest cameras. */
  #bestPlace(): Place {
    const [best] = this.#places.toSorted(
      (a, b) =>
        Number(b.link?.ready ?? false) - Number(a.link?.ready ?? false) || a.seats.size - b.seats.size,
    );
    return best ?? this.#addPlace();
  }

  #keepOneWarm(): void {
    this.#spare = undefined;
    if (this.#places.length < this.#options.size && this.#places.every(({ seats }) => seats.size > 0))
      this.#addPlace();
  }

  #addPlace(): Place {
    const place: Place = {
      link: undefined,
      seats: new Set(),
      deathsInARow: 0,
      startedAtMs: 0,
      restart: undefined,
    };
    this.#places.push(place);
    this.#start(place);
    return place;
  }

  #start(place: Place): void {
    place.startedAtMs = performance.now();
    place.link = new CodecLink(
      {
        onReady: () => this.#onReady(place),
        onAnswer: (reply, data, luma) => this.#seats.get(reply.encoder)?.client.onAnswer(reply, data, luma),
        onRejected: (encoder, reason) => this.#seats.get(encoder)?.client.onRejected(reason),
        onEnd: (reason, inWork) => this.#onEnd(place, reason, inWork),
      },
      this.#options,
    );
  }

  #onEnd(place: Place, reason: string, inWork: number | undefined): void {
    place.link = undefined;
    if (this.#closed) return;
    this.#restarts++;
    const proven = performance.now() - place.startedAtMs >= this.#options.provenAfterMs;
    place.deathsInARow = proven ? 1 : place.deathsInARow + 1;
    const delayMs = Math.min(
      this.#options.maxRestartDelayMs,
      this.#options.restartDelayMs * 2 ** (place.deathsInARow - 1),
    );
    this.#log.warn({ reason, restartInMs: delayMs, cameras: place.seats.size }, 'a codec process ended');
    place.restart = setTimeout(() => this.#start(place), delayMs);

    for (const seat of this.#seatsOf(place)) this.#move(seat, this.#bestPlace(), seat.encoder === inWork);
  }

  /** A fresh process takes its share of the cameras that crowd the others. */
  #onReady(place: Place): void {
    for (const { client } of this.#seatsOf(place)) client.onReady();
    for (;;) {
      const [fullest] = this.#places.toSorted((a, b) => b.seats.size - a.seats.size);
      const [seat] = fullest?.seats ?? [];
      if (!fullest || !seat || fullest.seats.size - place.seats.size < 2) return;
      this.#move(seat, place, false);
    }
  }

  #move(seat: Seat, to: Place, culprit: boolean): void {
    if (!this.#unseat(seat)) return;
    this.#seat(seat, to);
    seat.client.onLost(culprit);
    if (to.link?.ready && this.#seats.has(seat.encoder)) seat.client.onReady();
  }

  #seat(seat: Seat, place: Place): void {
    seat.encoder = this.#nextEncoder;
    seat.place = place;
    this.#nextEncoder = (this.#nextEncoder + 1) % 2 ** 32;
    this.#seats.set(seat.encoder, seat);
    place.seats.add(seat);
  }

  #unseat(seat: Seat): boolean {
    if (!this.#seats.delete(seat.encoder)) return false;
    seat.place.seats.delete(seat);
    seat.place.link?.closeEncoder(seat.encoder);
    return true;
  }

  /** A copy: clients open and close seats as they please. */
  #seatsOf(place: Place): Seat[] {
    return [...place.seats];
  }
}

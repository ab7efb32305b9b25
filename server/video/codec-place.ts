/**
 * A place for one codec process, and the seats in it. A process that dies is restarted here, at growing delays if it
 * keeps dying early.
 *
 * Invariant: an answer reaches only the seat that made the request: a seat gets a new number each time it is added.
 */

import type { Clock } from '../core/clock.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import { CodecMemory, type CodecMemoryOptions, type MemoryVerdict } from '../core/video/codec-memory.ts';
import { RestartDelay, type RestartDelayOptions } from '../core/restart-delay.ts';
import { CodecLink, type CodecEnd, type CodecLinkOptions } from './codec-link.ts';
import type { CodecRequest } from './codec-messages.ts';
import type { Seat, SeatPlace } from './codec-seat.ts';

export interface CodecPlaceOptions extends CodecLinkOptions, RestartDelayOptions {
  memory: CodecMemoryOptions;
}

/** How a process died. */
export interface PlaceDeath {
  reason: string;
  /** The seat whose frame was in work. */
  culprit: Seat | undefined;
  frame: CameraFrame | undefined;
  /** The process was killed from outside. */
  external: boolean;
}

export interface CodecPlaceEvents {
  onReady(place: CodecPlace): void;
  /** The seat has no request pending; called before its client gets the answer, which may send the next at once. */
  onIdle(seat: Seat): void;
  /** The decoder has accepted a picture, or refused it with a reason. */
  onVerdict(frame: CameraFrame, reason: string | undefined): void;
  /** No seat has a request pending any more. The listener decides whether it is restarted, and which seats stay. */
  onDeath(place: CodecPlace, death: PlaceDeath): void;
}

export class CodecPlace implements SeatPlace {
  /** For suspects only. */
  readonly confined: boolean;
  /** It is being emptied, and takes no new seats. */
  retiring = false;
  readonly #options: CodecPlaceOptions;
  readonly #clock: Clock;
  readonly #events: CodecPlaceEvents;
  readonly #seats = new Map<number, Seat>();
  readonly #delay: RestartDelay;
  #link: CodecLink | undefined;
  #memory: CodecMemory | undefined;
  #nextEncoder = 1;
  #restart: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(confined: boolean, options: CodecPlaceOptions, clock: Clock, events: CodecPlaceEvents) {
    this.confined = confined;
    this.#options = options;
    this.#clock = clock;
    this.#events = events;
    this.#delay = new RestartDelay(options);
    this.#start();
  }

  get ready(): boolean {
    return this.#link?.ready ?? false;
  }

  get pid(): number | undefined {
    return this.#link?.pid;
  }

  /** Resident memory of the process, as last reported; undefined before. */
  get residentMib(): number | undefined {
    return this.#link?.residentMib;
  }

  /** A copy: clients open and close seats at any time. */
  get seats(): Seat[] {
    return [...this.#seats.values()];
  }

  get size(): number {
    return this.#seats.size;
  }

  add(seat: Seat): void {
    seat.place = this;
    seat.encoder = this.#nextEncoder;
    this.#nextEncoder = (this.#nextEncoder % (2 ** 32 - 1)) + 1;
    this.#seats.set(seat.encoder, seat);
  }

  remove(seat: Seat): void {
    if (this.#seats.get(seat.encoder) !== seat) return;
    this.#seats.delete(seat.encoder);
    seat.place = undefined;
    this.#link?.closeEncoder(seat.encoder);
  }

  ask(seat: Seat, request: CodecRequest, frame: CameraFrame): void {
    this.#link?.ask(seat.encoder, request, frame.jpeg, frame);
  }

  /** Checks the last reported memory, and requests the next report. */
  checkMemory(): MemoryVerdict | undefined {
    const link = this.#link;
    if (!link?.ready) return undefined;
    const encoders = this.seats.reduce((sum, seat) => sum + seat.encoders, 0);
    const nowUs = this.#clock();
    this.#memory ??= new CodecMemory(this.#options.memory, link.residentMib ?? 0, nowUs);
    const verdict = this.#memory.check(link.residentMib ?? 0, encoders, nowUs);
    link.measure();
    return verdict;
  }

  /** After a death. @returns the delay in milliseconds */
  startAgain(): number {
    const delayMs = this.#delay.died(this.#clock());
    this.#restart = setTimeout(() => this.#start(), delayMs);
    return delayMs;
  }

  /** Idempotent. Kills the process; nothing is called any more. */
  close(reason: string): void {
    this.#closed = true;
    clearTimeout(this.#restart);
    for (const seat of this.#seats.values()) seat.place = undefined;
    this.#seats.clear();
    this.#link?.end(reason);
  }

  #start(): void {
    this.#delay.started(this.#clock());
    this.#memory = undefined;
    this.#link = new CodecLink(
      {
        onReady: () => this.#onReady(),
        onAnswer: (reply, data, isLast) => {
          const seat = isLast ? this.#answered(reply.encoder, undefined) : this.#seats.get(reply.encoder);
          seat?.client.onAnswer(reply, data, isLast);
        },
        onRejected: (encoder, reason) => this.#answered(encoder, reason)?.client.onRejected(reason),
        onEnd: (end) => this.#onEnd(end),
      },
      this.#options,
    );
  }

  #onReady(): void {
    this.checkMemory();
    this.#events.onReady(this);
  }

  /** @param rejection why the picture was refused */
  #answered(encoder: number, rejection: string | undefined): Seat | undefined {
    const seat = this.#seats.get(encoder);
    if (!seat) return undefined;
    const frame = seat.inFlight;
    seat.inFlight = undefined;
    if (frame) this.#events.onVerdict(frame, rejection);
    this.#events.onIdle(seat);
    return seat;
  }

  #onEnd({ reason, inWork, external }: CodecEnd): void {
    this.#link = undefined;
    if (this.#closed) return;
    const culprit = inWork === undefined ? undefined : this.#seats.get(inWork);
    const frame = culprit?.inFlight;
    for (const seat of this.#seats.values()) seat.inFlight = undefined;
    this.#events.onDeath(this, { reason, culprit, frame, external });
  }
}

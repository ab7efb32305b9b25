/**
 * The codec processes: cameras are spread over them, and when a process dies, its cameras continue with another.
 *
 * Invariants: one process is kept warm without a camera while there is room for one, so that neither a first viewer nor
 * a camera whose process died waits for a start. A suspected camera never shares a process with a trusted one (see
 * codec-quarantine.ts). A seat that moves while its process runs loses no frame.
 */

import type { Clock } from '../core/clock.ts';
import { CodecQuarantine, type CodecStanding, type PictureSize } from '../core/video/codec-quarantine.ts';
import type { MemoryVerdict } from '../core/video/codec-memory.ts';
import type { Log } from '../log.ts';
import { CodecConfinement } from './codec-confinement.ts';
import { CodecPlace, type CodecPlaceEvents, type PlaceDeath } from './codec-place.ts';
import type { CodecPoolOptions } from './codec-pool-options.ts';
import { CodecReplacement } from './codec-replacement.ts';
import { Seat, type CodecClient, type CodecSeat } from './codec-seat.ts';
import { SeatMoves } from './seat-moves.ts';

const STANDING_LOG: Readonly<Record<CodecStanding, string>> = {
  trusted: 'camera returned to the shared codec processes',
  confined: 'camera confined to a codec process for suspects',
  aside: 'camera set aside: its pictures keep ending codec processes',
};

export interface CodecFigures {
  processes: { pid: number; residentMib: number; seats: number; confined: boolean }[];
  /** Processes that died since the start. */
  deaths: number;
  /** Processes replaced for their memory since the start: without an encoder, or too large. */
  replaced: Record<MemoryVerdict, number>;
  /** Cameras in a process for suspects. */
  confined: string[];
  /** Cameras that are temporarily not encoded. */
  aside: string[];
}

export class CodecPool {
  readonly #log: Log;
  readonly #options: CodecPoolOptions;
  readonly #clock: Clock;
  readonly #places = new Set<CodecPlace>();
  readonly #seats = new Set<Seat>();
  readonly #quarantine: CodecQuarantine;
  readonly #confinement: CodecConfinement;
  readonly #replacement: CodecReplacement;
  readonly #moves: SeatMoves;
  readonly #timers: NodeJS.Timeout[];
  readonly #onVerdict: CodecPlaceEvents['onVerdict'];
  #deaths = 0;
  #spare: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param onVerdict called when the decoder has accepted a picture, or with the reason for its refusal */
  constructor(
    log: Log,
    options: CodecPoolOptions,
    clock: Clock,
    onVerdict: CodecPlaceEvents['onVerdict'] = () => undefined,
  ) {
    this.#log = log;
    this.#onVerdict = onVerdict;
    this.#options = options;
    this.#clock = clock;
    this.#quarantine = new CodecQuarantine(options.quarantine);
    this.#confinement = new CodecConfinement(options.confinedSize, () => this.#addPlace(true));
    this.#replacement = new CodecReplacement(
      {
        addLike: ({ confined }) => this.#addPlace(confined),
        succeed: (old, fresh) => this.#confinement.succeed(old, fresh),
        remove: (place) => this.#removePlace(place, 'replaced'),
      },
      log,
      options.replacementGapMs,
    );
    this.#moves = new SeatMoves(
      options.moveIntervalMs,
      () => this.#replacement.retiring ?? this.#overfull(),
      (seat) => this.#moveHome(seat),
    );
    this.#timers = [
      setInterval(() => this.#measure(), options.measureMs),
      setInterval(() => this.#review(), options.reviewMs),
    ];
    this.#keepOneWarm();
  }

  /** The processes alive. */
  get pids(): number[] {
    return Array.from(this.#places).flatMap(({ pid }) => pid ?? []);
  }

  get figures(): CodecFigures {
    return {
      processes: Array.from(this.#places).flatMap(({ pid, residentMib = 0, size: seats, confined }) =>
        pid === undefined ? [] : [{ pid, residentMib, seats, confined }],
      ),
      deaths: this.#deaths,
      replaced: { ...this.#replacement.replaced },
      confined: this.#quarantine.camerasWith('confined'),
      aside: this.#quarantine.camerasWith('aside'),
    };
  }

  open(cameraId: string, client: CodecClient): CodecSeat {
    if (this.#closed) throw new Error('the codec pool is closed');
    const seat = new Seat(cameraId, client, (closing) => this.#onClose(closing));
    this.#seats.add(seat);
    this.#home(seat)?.add(seat);
    this.#spare ??= setTimeout(() => this.#keepOneWarm(), this.#options.spareDelayMs);
    return seat;
  }

  /** No seat of the camera becomes ready for a while, because its pictures crash codec processes. */
  isAside(cameraId: string): boolean {
    return this.#quarantine.standing(cameraId) === 'aside';
  }

  timesAside(cameraId: string): number {
    return this.#quarantine.timesAside(cameraId);
  }

  /** A picture arrived, whether it can be sent or not: another size gives a camera set aside another attempt. */
  onPicture(cameraId: string, size: PictureSize): void {
    if (this.#quarantine.onPicture(cameraId, size, this.#clock())) this.#onStanding(cameraId);
  }

  /** The camera was removed, and its seats are closed. */
  forget(cameraId: string): void {
    this.#quarantine.forget(cameraId);
    this.#confinement.release(cameraId);
  }

  /** Idempotent. Kills the processes. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#spare);
    for (const timer of this.#timers) clearInterval(timer);
    this.#moves.close();
    this.#seats.clear();
    for (const place of this.#places) place.close('the server is stopping');
  }

  #home({ cameraId }: Seat): CodecPlace | undefined {
    const standing = this.#quarantine.standing(cameraId);
    if (standing === 'aside') return undefined;
    return standing === 'confined' ? this.#confinement.placeOf(cameraId) : this.#bestPlace();
  }

  #shared(): CodecPlace[] {
    return Array.from(this.#places).filter(({ confined, retiring }) => !confined && !retiring);
  }

  /** A running process before one that is starting, then the one with the fewest cameras. */
  #bestPlace(): CodecPlace {
    const [best] = this.#shared().toSorted((a, b) => Number(b.ready) - Number(a.ready) || a.size - b.size);
    return best ?? this.#addPlace(false);
  }

  /** At least two seats more than in another running process. */
  #overfull(): CodecPlace | undefined {
    const shared = this.#shared().toSorted((a, b) => b.size - a.size);
    const [fullest] = shared;
    const emptiest = shared.findLast(({ ready }) => ready);
    return fullest && emptiest && fullest.size - emptiest.size >= 2 ? fullest : undefined;
  }

  #keepOneWarm(): void {
    this.#spare = undefined;
    const shared = this.#shared();
    if (shared.length < this.#options.size && shared.every(({ size }) => size > 0)) this.#addPlace(false);
  }

  #addPlace(confined: boolean): CodecPlace {
    const place = new CodecPlace(confined, this.#options, this.#clock, {
      onReady: () => this.#onReady(place),
      onIdle: (seat) => this.#moves.onIdle(seat),
      onVerdict: this.#onVerdict,
      onDeath: (_place, death) => this.#onDeath(place, death),
    });
    this.#places.add(place);
    return place;
  }

  #removePlace(place: CodecPlace, reason: string): void {
    this.#places.delete(place);
    place.close(reason);
  }

  #onReady(place: CodecPlace): void {
    for (const { client } of place.seats) client.onReady();
    this.#replacement.onReady(place);
    this.#moves.begin();
  }

  #onDeath(place: CodecPlace, { reason, culprit, frame, external }: PlaceDeath): void {
    this.#deaths++;
    const { confined, seats } = place;
    const cameraId = culprit?.cameraId;
    const changed = this.#quarantine.onDeath({ cameraId, size: frame, confined, external }, this.#clock());
    if (changed && cameraId !== undefined) this.#onStanding(cameraId, place);
    const replaced = this.#replacement.onDeath(place);
    const gone = replaced || (confined && !this.#confinement.holds(place));
    if (gone) this.#places.delete(place);
    const restartInMs = gone ? undefined : place.startAgain();
    this.#log.warn({ reason, restartInMs, seats: seats.length, cameraId }, 'codec process ended');
    for (const seat of seats) this.#moveLost(seat, place, seat === culprit);
    if (gone) place.close('gone');
  }

  #moveLost(seat: Seat, from: CodecPlace, culprit: boolean): void {
    if (!this.#seats.has(seat)) return;
    seat.leaving = false;
    from.remove(seat);
    this.#home(seat)?.add(seat);
    seat.client.onLost(culprit);
    if (this.#seats.has(seat) && seat.ready) seat.client.onReady();
  }

  #moveHome(seat: Seat): void {
    const from = seat.place;
    const wasReady = seat.ready;
    seat.leaving = false;
    const home = this.#home(seat);
    if (home === from) return;
    from?.remove(seat);
    home?.add(seat);
    this.#replacement.endWhenEmpty();
    if (!wasReady && seat.ready) seat.client.onReady();
  }

  #onClose(seat: Seat): void {
    if (!this.#seats.delete(seat)) return;
    seat.place?.remove(seat);
    this.#replacement.endWhenEmpty();
  }

  /** @param dead a process that died: its seats are moved by the caller */
  #onStanding(cameraId: string, dead?: CodecPlace): void {
    const standing = this.#quarantine.standing(cameraId);
    this.#log.warn({ cameraId, standing }, STANDING_LOG[standing]);
    if (standing !== 'confined') this.#confinement.release(cameraId);
    for (const seat of this.#seats) {
      const died = dead !== undefined && seat.place === dead;
      if (seat.cameraId === cameraId && !died) this.#moves.now(seat);
    }
  }

  #measure(): void {
    for (const place of this.#places) {
      const verdict = place.checkMemory();
      if (verdict) this.#replacement.begin(place, verdict, this.#clock());
    }
  }

  #review(): void {
    for (const cameraId of this.#quarantine.release(this.#clock())) this.#onStanding(cameraId);
    for (const place of this.#places)
      if (place.confined && place.size === 0 && !this.#isNeeded(place))
        this.#removePlace(place, 'not needed');
  }

  #isNeeded(place: CodecPlace): boolean {
    return this.#confinement.holds(place) || this.#replacement.concerns(place);
  }
}

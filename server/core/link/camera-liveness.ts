/**
 * Decides whether a camera is live, for badge, grid, API, signaling, events and recordings alike.
 *
 * A picture is new when its bytes differ from those of the one before: a sensor that hangs sends the same bytes with fresh times.
 * The same bytes with the same time are no picture at all. Pure: times are server time, µs.
 *
 * Invariants: a connection alone makes a camera online for 2 s and no longer; the state depends on the reported facts and on the
 * requested time, never on how often it is requested.
 */

import type { LivenessView } from '../../wire/camera.ts';

/** Moments are server time, µs; LivenessView explains them. */
export interface Liveness extends Pick<LivenessView, 'status' | 'staleAfterMs'> {
  sinceUs: number | null;
  /** When its newest picture was taken. */
  lastPictureUs: number | null;
  /** Pictures arrive, and all are the same. */
  frozen: boolean;
  /** Online only by its connection: the first picture has not arrived yet. */
  awaited: boolean;
  /** Usual time between two pictures, ms; null until it is known. */
  paceMs: number | null;
}

/** State of a camera that never sent a picture. */
export const NEVER_SEEN: Liveness = {
  status: 'never',
  sinceUs: null,
  lastPictureUs: null,
  staleAfterMs: 2_000,
  frozen: false,
  awaited: false,
  paceMs: null,
};

/** For parts that run without a source of liveness. */
export const ALWAYS_LIVE: Liveness = { ...NEVER_SEEN, status: 'online' };

/** The view for people. @param dateMs maps server time to a date; identity when left out */
export function livenessView(
  { status, sinceUs, lastPictureUs, staleAfterMs }: Liveness,
  dateMs: (serverUs: number) => number = (us) => us / 1000,
): LivenessView {
  const dated = (us: number | null): number | null => (us === null ? null : Math.floor(dateMs(us)));
  return { status, sinceMs: dated(sinceUs), lastFrameAtMs: dated(lastPictureUs), staleAfterMs };
}

const MIN_STALE_AFTER_US = NEVER_SEEN.staleAfterMs * 1000;
/** A camera is stalled after this many usual intervals without a picture. */
const PACES = 3;
const KEPT_INTERVALS = 10;
const FROZEN_AFTER_US = 10_000_000;
/** A picture that was older than this when it arrived does not show what the camera sees now. */
const MAX_LAG_US = 10_000_000;

interface Picture {
  jpeg: Uint8Array;
  captureUs: number;
}

export class CameraLiveness {
  /** Start of the present connection. */
  #connectedUs: number | undefined;
  #hasSent = false;
  /** When the last connection ended. */
  #leftUs: number | undefined;
  #onlineSinceUs = 0;
  /** The newest picture, and when it arrived. */
  #last: Picture | undefined;
  #arrivedUs = -Infinity;
  /** When the newest picture was taken, also in an earlier run. */
  #lastUs: number | undefined;
  /** When the last new picture was taken; in a row of equal ones, the first. */
  #newUs: number | undefined;
  #declaredUs: number | undefined;
  #leastUs = 0;
  readonly #intervals: number[] = [];
  #staleAfterUs = MIN_STALE_AFTER_US;

  /** @param lastPictureUs when the newest picture that is known was taken; undefined: none */
  constructor(lastPictureUs?: number) {
    this.#lastUs = lastPictureUs;
    this.#newUs = lastPictureUs;
    this.#arrivedUs = lastPictureUs ?? -Infinity;
  }

  onConnected(nowUs: number): void {
    this.#connectedUs = nowUs;
    this.#hasSent = false;
    this.#onlineSinceUs = nowUs;
  }

  onDisconnected(nowUs: number): void {
    this.#connectedUs = undefined;
    this.#leftUs = nowUs;
  }

  /**
   * @param declaredMs the time between its pictures, as set by an administrator or reported by the camera; undefined: unknown
   * @param maxFps frames a second it is set to at most; undefined: nothing
   */
  setPace(declaredMs: number | undefined, maxFps: number | undefined): void {
    this.#declaredUs = declaredMs === undefined ? undefined : declaredMs * 1000;
    this.#leastUs = maxFps === undefined ? 0 : 1_000_000 / maxFps;
    this.#updatePace();
  }

  /** @param jpeg kept, and never written to */
  onPicture(jpeg: Uint8Array, captureUs: number, nowUs: number): void {
    const last = this.#last;
    const isRepeated = last !== undefined && Buffer.compare(last.jpeg, jpeg) === 0;
    if (isRepeated && captureUs <= last.captureUs) return;
    const wasOnline = this.#status(nowUs) === 'online';
    if (last && this.#hasSent) this.#addInterval(captureUs - last.captureUs);
    this.#hasSent = true;
    this.#last = { jpeg, captureUs };
    this.#arrivedUs = nowUs;
    this.#lastUs = captureUs;
    if (!isRepeated) this.#newUs = captureUs;
    if (!wasOnline) this.#onlineSinceUs = captureUs;
  }

  at(nowUs: number): Liveness {
    const status = this.#status(nowUs);
    return {
      status,
      sinceUs: this.#sinceUs(status) ?? null,
      lastPictureUs: this.#lastUs ?? null,
      staleAfterMs: this.#staleAfterUs / 1000,
      frozen: status === 'stalled' && this.#arrives(nowUs),
      awaited: status === 'online' && !this.#arrives(nowUs),
      paceMs: this.#paceUs === undefined ? null : this.#paceUs / 1000,
    };
  }

  /** @returns when the state changes without further reports, µs; Infinity: it does not */
  changesAtUs(nowUs: number): number {
    if (this.#connectedUs === undefined) return Infinity;
    if (this.#arrives(nowUs))
      return 1 + Math.min(this.#arrivedUs + this.#staleAfterUs, (this.#lastUs ?? 0) + this.#maxAgeUs);
    return this.#isAwaited(nowUs) ? 1 + this.#connectedUs + MIN_STALE_AFTER_US : Infinity;
  }

  #status(nowUs: number): Liveness['status'] {
    if (this.#connectedUs === undefined)
      return this.#newUs === undefined && this.#leftUs === undefined ? 'never' : 'offline';
    if (this.#arrives(nowUs)) return this.#isFrozen ? 'stalled' : 'online';
    return this.#isAwaited(nowUs) ? 'online' : 'stalled';
  }

  #sinceUs(status: Liveness['status']): number | undefined {
    if (status === 'online') return this.#onlineSinceUs;
    if (status === 'stalled') return this.#newUs ?? this.#connectedUs;
    return status === 'offline' ? (this.#leftUs ?? this.#newUs) : undefined;
  }

  #arrives(nowUs: number): boolean {
    return (
      nowUs - this.#arrivedUs <= this.#staleAfterUs && nowUs - (this.#lastUs ?? -Infinity) <= this.#maxAgeUs
    );
  }

  /** It is unknown yet whether the connection brings a picture. */
  #isAwaited(nowUs: number): boolean {
    return !this.#hasSent && nowUs - (this.#connectedUs ?? -Infinity) <= MIN_STALE_AFTER_US;
  }

  get #isFrozen(): boolean {
    return (this.#lastUs ?? 0) - (this.#newUs ?? 0) >= Math.max(FROZEN_AFTER_US, this.#staleAfterUs);
  }

  get #maxAgeUs(): number {
    return Math.max(MAX_LAG_US, this.#staleAfterUs);
  }

  get #paceUs(): number | undefined {
    if (this.#declaredUs !== undefined) return this.#declaredUs;
    // The lower of the two middle values, so that a stall does not count as the pace.
    const median = this.#intervals.toSorted((a, b) => a - b)[(this.#intervals.length - 1) >> 1];
    return median === undefined ? undefined : Math.max(median, this.#leastUs);
  }

  #addInterval(intervalUs: number): void {
    if (intervalUs <= 0) return;
    this.#intervals.push(intervalUs);
    if (this.#intervals.length > KEPT_INTERVALS) this.#intervals.shift();
    this.#updatePace();
  }

  #updatePace(): void {
    this.#staleAfterUs = Math.max(MIN_STALE_AFTER_US, PACES * (this.#paceUs ?? this.#leastUs));
  }
}

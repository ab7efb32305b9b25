/**
 * One camera of a site at an edge: the edge's demand, the available rungs, and the rungs received.
 *
 * Invariants: a change of the wanted rungs is sent to the site at once, changed limits with the next tick; while a rung is wanted
 * the demand is repeated every RENEW_MS; an answer older than the last one is ignored.
 */

import { RENEW_MS } from '../core/edges/edge-demands.ts';
import { demandSubject } from '../core/edges/subjects.ts';
import type { OnEncodedFrame } from '../core/video/encoded-frame.ts';
import type { RungDemand, RungSubscription } from '../core/video/frame-source.ts';
import { offeredRungs, RUNG_NAMES, type Rung, type RungName } from '../core/video/rungs.ts';
import {
  CAMERA_OFFER,
  EDGE_MESSAGE_VERSION,
  type CameraDemand,
  type CameraOffer,
} from '../wire/edge-messages.ts';
import type { ClockExchange } from '../core/clock-offset.ts';
import { readFromSite } from './edge-message-reader.ts';
import { EdgeRung, type EdgeRungContext } from './edge-rung.ts';
import type { NatsLink } from './nats-link.ts';

export interface EdgeCameraContext extends Omit<EdgeRungContext, 'keyOf' | 'onUnknownKey'> {
  link: Pick<NatsLink, 'isOpen' | 'listen' | 'publish' | 'ask'>;
  /** The site's clock was compared with this one. */
  onClock: (exchange: ClockExchange) => void;
}

/** Until the site has sent the list of rungs. */
export const ASSUMED_FPS = 25;
const MIN_BPS = 1_000;
const MAX_BPS = 1e9;
/** The newest, and the one before it: frames under way are sealed with that. */
const MAX_KEYS = 2;
/** Least time between two questions for a key. */
const KEY_INTERVAL_US = 100_000;

export class EdgeCamera {
  readonly #context: EdgeCameraContext;
  readonly #rungs = new Map<RungName, EdgeRung>();
  #offered: readonly Rung[] | undefined;
  #isDue = false;
  #isChanged = false;
  #toldUs = -Infinity;
  #asked = 0;
  #answered = 0;
  /** When the site stopped answering; undefined: it answers. */
  #awaySinceUs: number | undefined;
  /** By id, the newest last. */
  readonly #keys = new Map<number, Uint8Array>();
  #keyAskedUs = -Infinity;
  /** Frames wait for a key, and the site has not answered since. */
  #isKeyWanted = false;

  constructor(context: EdgeCameraContext) {
    this.#context = context;
  }

  get isWatched(): boolean {
    return this.#rungs.size > 0;
  }

  /** The site does not answer. */
  get isAway(): boolean {
    return this.#awaySinceUs !== undefined;
  }

  /** The available rungs, best first; before the site has answered, only `full`, with an assumed size. */
  get rungs(): Rung[] {
    return this.#offered ? [...this.#offered] : offeredRungs(undefined, ASSUMED_FPS);
  }

  subscribe({ rung, limitBps }: RungDemand, onFrame: OnEncodedFrame): RungSubscription {
    const known = this.#rungs.get(rung);
    const stream =
      known ??
      new EdgeRung(rung, {
        ...this.#context,
        keyOf: (keyId) => this.#keys.get(keyId),
        onUnknownKey: () => this.#askForKey(),
      });
    this.#rungs.set(rung, stream);
    if (!known) this.tellSoon();
    const subscription = stream.subscribe(limitBps, onFrame, () => this.#onDemand(stream));
    this.#isChanged = true;
    return subscription;
  }

  /** Asks for the list of rungs; one message carries all changes of this turn of the event loop. */
  tellSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      if (this.#isDue) void this.#tell();
    });
  }

  /** A few times a second. */
  tick(nowUs: number): void {
    for (const stream of this.#rungs.values()) stream.askForKeyframe();
    if (this.#isKeyWanted) this.#askForKey();
    if (this.#isChanged || (this.isWatched && nowUs - this.#toldUs >= RENEW_MS * 1000)) void this.#tell();
  }

  close(): void {
    for (const stream of this.#rungs.values()) stream.close();
    this.#rungs.clear();
    this.tellSoon();
  }

  /** At once, or with a later tick. */
  #askForKey(): void {
    this.#isKeyWanted = true;
    const nowUs = this.#context.clock();
    if (nowUs - this.#keyAskedUs < KEY_INTERVAL_US) return;
    this.#keyAskedUs = nowUs;
    this.tellSoon();
  }

  #learnKey({ id, secret }: NonNullable<CameraOffer['key']>): void {
    // The site says which one it is: it may have started again, and have given the id before.
    this.#keys.delete(id);
    this.#keys.set(id, Buffer.from(secret, 'base64url'));
    for (const oldest of this.#keys.keys()) if (this.#keys.size > MAX_KEYS) this.#keys.delete(oldest);
  }

  #onDemand(stream: EdgeRung): void {
    this.#isChanged = true;
    if (stream.isWatched || this.#rungs.get(stream.rung) !== stream) return;
    stream.close();
    this.#rungs.delete(stream.rung);
    this.tellSoon();
  }

  async #tell(): Promise<void> {
    const { link, site, edge, cameraId, counters, clock, onClock } = this.#context;
    this.#isDue = false;
    if (!link.isOpen) return;
    const t0 = clock();
    const asked = ++this.#asked;
    this.#isChanged = false;
    this.#toldUs = t0;
    try {
      const message = Buffer.from(JSON.stringify(this.#demand));
      const answer = readFromSite(CAMERA_OFFER, await link.ask(demandSubject(site, edge, cameraId), message));
      if (asked < this.#answered) return;
      this.#answered = asked;
      this.#awaySinceUs = undefined;
      if (!answer) return void counters.malformed++;
      if ('refused' in answer) return void counters.otherVersion++;
      onClock({ t0, t1: answer.t1, t2: answer.t2, t3: clock() });
      this.#isKeyWanted = false;
      if (answer.key) this.#learnKey(answer.key);
      for (const stream of this.#rungs.values()) stream.openSealed();
      this.#offered = answer.rungs?.map(({ heldBps, ...rung }) =>
        heldBps === undefined ? rung : { ...rung, heldBps },
      );
    } catch {
      counters.unanswered++;
      this.#awaySinceUs ??= clock();
    }
  }

  get #demand(): CameraDemand {
    const rungs = RUNG_NAMES.flatMap((rung) => {
      const stream = this.#rungs.get(rung);
      if (!stream) return [];
      const { limitBps } = stream;
      return [{ rung, limitBps: limitBps > MAX_BPS ? null : Math.max(MIN_BPS, limitBps) }];
    });
    return { version: EDGE_MESSAGE_VERSION, rungs };
  }
}

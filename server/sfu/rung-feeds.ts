/**
 * The rungs that one viewer is subscribed to: the one it is sent, and beside it the one that it is to be sent, until a
 * keyframe of that has come.
 *
 * Invariants: no other rung stays subscribed, so that nothing is encoded for nobody; the old rung goes on until the new
 * one has begun.
 */

import type { Allocation } from '../core/bandwidth/allocation.ts';
import type { ViewedCamera } from '../core/bandwidth/view-steps.ts';
import type { ViewerLine } from '../core/rtp/viewer-line.ts';
import type { RungName } from '../core/video/rungs.ts';
import type { CameraTracks } from './camera-tracks.ts';
import { RungFeed, type FeedReceiver } from './rung-feed.ts';

/** Time after which a line without an estimate gets none any more: its viewer sends no feedback of that kind. */
const UNKNOWN_US = 3_000_000;

export class RungFeeds {
  readonly #tracks: CameraTracks;
  readonly #line: ViewerLine;
  readonly #receiver: FeedReceiver;
  readonly #feeds = new Map<RungName, RungFeed>();
  /** Since when the line is not known. */
  #unknownUs: number | undefined;

  constructor(tracks: CameraTracks, line: ViewerLine, receiver: FeedReceiver) {
    this.#tracks = tracks;
    this.#line = line;
    this.#receiver = receiver;
  }

  /** Undefined: nothing of that rung is received. */
  of(rung: RungName | undefined): RungFeed | undefined {
    return rung && this.#feeds.get(rung);
  }

  /** For the allocation. */
  get choices(): Pick<ViewedCamera, 'rungs' | 'heldBps'> {
    const { rungs } = this.#tracks;
    const heldBps: Partial<Record<RungName, number>> = {};
    for (const { name, bitrateBps, heldBps: byOthersBps = 0 } of rungs) {
      const byViewersBps = this.#tracks.of(name).heldBps(this.#feeds.get(name), bitrateBps) ?? 0;
      const bps = Math.max(byViewersBps, byOthersBps);
      if (bps > 0) heldBps[name] = bps;
    }
    return { rungs, heldBps };
  }

  /** @param sent the rung that goes out now */
  follow({ target, limitBps }: Allocation, sent: RungName | undefined, nowUs: number): void {
    this.#closeAllBut(sent, target.rung);
    const known = this.#feeds.get(target.rung);
    const { cameraId } = this.#tracks;
    const feed =
      known ??
      new RungFeed(
        this.#tracks.of(target.rung),
        this.#line.keyframesOf(`${cameraId} ${target.rung}`),
        this.#receiver,
      );
    feed.demand(limitBps ?? (this.#carriesAll(nowUs) ? Infinity : undefined));
    if (known) return;
    this.#feeds.set(target.rung, feed);
    feed.open(nowUs);
  }

  /** From now on this rung goes out. */
  settle(rung: RungName): void {
    this.#closeAllBut(rung, rung);
  }

  close(): void {
    this.#closeAllBut(undefined, undefined);
    this.#unknownUs = undefined;
  }

  /** Nothing limits the viewer, and not only because nothing is known. */
  #carriesAll(nowUs: number): boolean {
    if (this.#line.isKnown) return true;
    this.#unknownUs ??= nowUs;
    return nowUs - this.#unknownUs >= UNKNOWN_US;
  }

  #closeAllBut(...kept: (RungName | undefined)[]): void {
    for (const [rung, feed] of this.#feeds) {
      if (kept.includes(rung)) continue;
      feed.close();
      this.#feeds.delete(rung);
    }
  }
}

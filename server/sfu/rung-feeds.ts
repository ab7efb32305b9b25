/**
 * The rungs that one viewer is subscribed to: the one that goes out, and besides it the next one, until its keyframe has arrived.
 *
 * Invariants: no other rung stays subscribed, so that no rung is encoded without use; the old rung continues until the new one
 * has begun.
 */

import type { Allocation } from '../core/bandwidth/allocation.ts';
import type { ViewedCamera } from '../core/bandwidth/view-steps.ts';
import type { ViewerLine } from '../core/rtp/viewer-line.ts';
import type { RungName } from '../core/video/rungs.ts';
import type { CameraTracks } from './camera-tracks.ts';
import { RungFeed, type FeedReceiver } from './rung-feed.ts';

/** Time after which no estimate is expected any more: the viewer sends no such feedback. */
const UNKNOWN_US = 3_000_000;

export class RungFeeds {
  readonly #tracks: CameraTracks;
  readonly #line: ViewerLine;
  readonly #receiver: FeedReceiver;
  readonly #feeds = new Map<RungName, RungFeed>();
  /** Since when the line has no estimate. */
  #unknownUs: number | undefined;

  constructor(tracks: CameraTracks, line: ViewerLine, receiver: FeedReceiver) {
    this.#tracks = tracks;
    this.#line = line;
    this.#receiver = receiver;
  }

  /** Undefined: the rung is not received. */
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

  /** The viewer has no limit, and this is known. */
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

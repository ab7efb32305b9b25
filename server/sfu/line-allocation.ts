/**
 * Divides one viewer's line among the cameras it watches: recomputes the allocations (core/bandwidth/allocation.ts) when one of
 * their inputs has changed, and passes each camera its allocation.
 *
 * Invariant: however often the estimate changes, the line is divided at most ten times a second; a change of the page applies at
 * once.
 */

import { allocate, type Allocation } from '../core/bandwidth/allocation.ts';
import { OFFERED_FRACTION, SteadyAllocation } from '../core/bandwidth/steady-allocation.ts';
import { lineBps, type ViewedCamera } from '../core/bandwidth/view-steps.ts';
import type { PictureQuality } from '../wire/shown-view.ts';

/** A camera that is being sent to the viewer. */
export interface AllocatedCamera {
  readonly viewed: ViewedCamera;
  follow(allocation: Allocation, nowUs: number): void;
}

/** A flood of feedback must not keep the server busy. */
const MIN_INTERVAL_US = 100_000;

export class LineAllocation {
  readonly #cameras = new Map<AllocatedCamera, SteadyAllocation>();
  readonly #targetBps: () => number | undefined;
  readonly #onWanted: (wantedBps: number) => void;
  /** Something has changed since the last update. */
  #isDue = false;
  #updatedUs = -Infinity;
  #quality: PictureQuality = 'full';

  /**
   * @param targetBps what the line carries of video, bits per second; undefined while no limit of it is known
   * @param onWanted called with the page's demand when it has changed, before more is sent
   */
  constructor(targetBps: () => number | undefined, onWanted: (wantedBps: number) => void = () => {}) {
    this.#targetBps = targetBps;
    this.#onWanted = onWanted;
  }

  get targetBps(): number | undefined {
    return this.#targetBps();
  }

  /** Bits per second on the line that the page could use. */
  get wantedBps(): number {
    return this.#allocate(undefined).reduce(
      (sum, { limitBps, wholeBps }) => sum + lineBps(limitBps ?? wholeBps),
      0,
    );
  }

  setQuality(quality: PictureQuality, nowUs: number): void {
    this.#quality = quality;
    this.pageChanged(nowUs);
  }

  add(camera: AllocatedCamera, nowUs: number): void {
    this.#cameras.set(camera, new SteadyAllocation());
    this.pageChanged(nowUs);
  }

  remove(camera: AllocatedCamera, nowUs: number): void {
    if (this.#cameras.delete(camera)) this.pageChanged(nowUs);
  }

  /** A new line: failures on the old one do not count. */
  restart(nowUs: number): void {
    for (const steady of this.#cameras.values()) steady.restart();
    this.#updatedUs = -Infinity;
    this.update(nowUs);
  }

  /** The page shows other cameras, or in other sizes. */
  pageChanged(nowUs: number): void {
    this.#onWanted(this.wantedBps);
    const carried = this.#allocate(this.#targetBps());
    for (const [index, [camera, steady]] of Array.from(this.#cameras).entries()) {
      const allocation = carried[index];
      if (allocation) camera.follow(steady.follow(allocation), nowUs);
    }
  }

  /** Call it about once a second, because other viewers' demand changes too. */
  update(nowUs: number): void {
    this.estimateChanged();
    this.updateIfDue(nowUs);
  }

  estimateChanged(): void {
    this.#isDue = true;
  }

  /** Divides the line again if something has changed, unless that was done just now; call it with each feedback. */
  updateIfDue(nowUs: number): void {
    if (!this.#isDue || nowUs - this.#updatedUs < MIN_INTERVAL_US) return;
    this.#isDue = false;
    this.#updatedUs = nowUs;
    const targetBps = this.#targetBps();
    const carried = this.#allocate(targetBps);
    const offered = targetBps === undefined ? carried : this.#allocate(OFFERED_FRACTION * targetBps);
    for (const [index, [camera, steady]] of Array.from(this.#cameras).entries()) {
      const [allocation, offer] = [carried[index], offered[index]];
      if (allocation && offer) camera.follow(steady.update(allocation, offer, targetBps, nowUs), nowUs);
    }
  }

  #allocate(targetBps: number | undefined): Allocation[] {
    const page = Array.from(this.#cameras.keys(), ({ viewed }) => viewed);
    return allocate(page, this.#quality, targetBps);
  }
}

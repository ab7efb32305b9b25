/** A page of cameras over a simulated line: the estimator, the pacer and the allocation as a transport puts them together. */

import type { Allocation } from '../../server/core/bandwidth/allocation.ts';
import { lineBps } from '../../server/core/bandwidth/view-steps.ts';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { rungsOf, type RungName } from '../../server/core/video/rungs.ts';
import { LineAllocation, type AllocatedCamera } from '../../server/sfu/line-allocation.ts';
import type { LinkSettings } from './simulated-link.ts';
import { SimulatedViewer } from './simulated-viewer.ts';

const KEYFRAME_BYTES = 44_000;
const FPS = 25;
const SECOND_US = 1_000_000;
/** Shares of its target that an encoder makes in the first second, and in the second one (libvpx, three layers) … */
const ENCODED_SHARES = [0.62, 0.73] as const;
/** … and later. */
const STEADY_SHARE = 0.93;

export class PageCamera implements AllocatedCamera {
  readonly viewed = { rungs: rungsOf(640, 480, FPS), heldBps: {}, view: undefined };
  /** Those that it was sent in, in order. */
  readonly rungs: RungName[] = [];
  allocation: Allocation | undefined;
  #needsKeyframe = false;
  /** The encoder is open with this target, frames ago. */
  #bps = 0;
  #frames = 0;

  follow(allocation: Allocation): void {
    const { rung } = allocation.target;
    if (rung !== this.rungs.at(-1)) {
      this.rungs.push(rung);
      this.#needsKeyframe = true;
    }
    this.allocation = allocation;
  }

  frameBytes(): number {
    if (!this.allocation) return 0;
    const { limitBps, wholeBps } = this.allocation;
    const isKeyframe = this.#needsKeyframe;
    this.#needsKeyframe = false;
    const bps = limitBps ?? wholeBps;
    this.#frames = isKeyframe || bps !== this.#bps ? 0 : this.#frames + 1;
    this.#bps = bps;
    const scale = wholeBps / (this.viewed.rungs[0]?.bitrateBps ?? wholeBps);
    const encoded = ENCODED_SHARES[Math.floor(this.#frames / FPS)] ?? STEADY_SHARE;
    return isKeyframe ? KEYFRAME_BYTES * scale : lineBps(encoded * bps) / 8 / FPS;
  }
}

export class SimulatedPage extends SimulatedViewer {
  readonly cameras: PageCamera[] = [];
  readonly #line = new ViewerLine(this.estimator);
  readonly #allocation = new LineAllocation(
    () => this.#line.limitBps,
    (wantedBps) => this.#want(wantedBps),
  );
  #tickedUs = 0;

  constructor(random: () => number, link: Partial<LinkSettings>, cameras: number) {
    super(random, link);
    this.join(cameras);
  }

  /** Shows this many more cameras. */
  join(cameras: number): void {
    for (let count = 0; count < cameras; count++) {
      const camera = new PageCamera();
      this.cameras.push(camera);
      this.#allocation.add(camera, this.nowUs);
    }
  }

  protected override followEstimate(): void {
    if (this.#line.follow(this.nowUs)) this.#allocation.estimateChanged();
    this.#setPace();
    this.#allocation.updateIfDue(this.nowUs);
  }

  protected override framesBytes(): number[] {
    if (this.nowUs - this.#tickedUs >= SECOND_US) {
      this.#tickedUs = this.nowUs;
      this.#allocation.update(this.nowUs);
    }
    return this.cameras.map((camera) => camera.frameBytes());
  }

  #want(wantedBps: number): void {
    this.estimator.wantedBps = wantedBps;
    this.#setPace();
  }

  #setPace(): void {
    this.setPace(this.#line.limitBps === undefined ? this.estimator.wantedBps : undefined);
  }
}

/**
 * Numbers the frames of a rung at the site, and tells an edge how many frames of each layer are missing.
 *
 * Invariant: the counts of a frame say how many frames of each layer came before it in its epoch, including those that the site
 * left out; they wrap at 2^32, and nothing else is needed to find missing frames.
 */

import type { EdgeFrameHeader } from '../../wire/edge-frame.ts';
import type { FrameLayer } from '../video/encoded-frame.ts';

export type CountedFrame = Pick<EdgeFrameHeader, 'epoch' | 'sequence' | 'layer1Count' | 'layer2Count'>;
type Layers = [number, number, number];

const U32 = 2 ** 32;
/** A number further ahead than this counts as one behind. */
const HALF = 2 ** 31;

/** The site's side. */
export class FrameCounter {
  readonly #epoch: number;
  #sequence = -1;
  readonly #counts: Layers = [0, 0, 0];

  /** @param epoch u32, another one than that of the rung's last frames */
  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  next(layer: FrameLayer | undefined): CountedFrame {
    const tid = layer?.tid ?? 0;
    this.#sequence = (this.#sequence + 1) % U32;
    this.#counts[tid] = (this.#counts[tid] + 1) % U32;
    const [, layer1Count, layer2Count] = this.#counts;
    return { epoch: this.#epoch, sequence: this.#sequence, layer1Count, layer2Count };
  }
}

/** The edge's side. */
export class MissingFrames {
  #last: CountedFrame | undefined;

  /**
   * @returns how many frames of each layer are missing before this one; `begins`: the frames before are unknown; `repeated`: it
   * is not newer than the last one
   */
  before(frame: CountedFrame & Pick<EdgeFrameHeader, 'layer'>): Layers | 'begins' | 'repeated' {
    const last = this.#last;
    if (last?.epoch !== frame.epoch) {
      this.#last = frame;
      return 'begins';
    }
    const ahead = (frame.sequence - last.sequence + U32) % U32;
    if (ahead === 0 || ahead >= HALF) return 'repeated';
    this.#last = frame;
    const tid = frame.layer?.tid ?? 0;
    const own = (layer: number): number => (layer === tid ? 1 : 0);
    const layer1 = (frame.layer1Count - last.layer1Count + U32) % U32;
    const layer2 = (frame.layer2Count - last.layer2Count + U32) % U32;
    // No site sends counts that contradict each other; they are treated as if layer 0 were missing.
    if (layer1 + layer2 > ahead || layer1 < own(1) || layer2 < own(2)) return [ahead - 1, 0, 0];
    return [ahead - layer1 - layer2 - own(0), layer1 - own(1), layer2 - own(2)];
  }
}

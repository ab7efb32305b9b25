/**
 * Decides which frames of one rung can still be decoded, after some were lost or left out.
 *
 * Invariant: a frame is taken only if every frame that it references was taken. A missing frame of an upper layer ends that layer
 * until the next layer-sync frame; one of layer 0 ends all layers until the next keyframe.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';

export type LayeredFrame = Pick<EncodedFrame, 'keyframe' | 'layer'>;
type Tid = 0 | 1 | 2;

export class LayerContinuity {
  /** For each layer, whether its newest frame was taken. */
  readonly #open: [boolean, boolean, boolean] = [false, false, false];

  /** Nothing but a keyframe can be decoded. */
  get awaitsKeyframe(): boolean {
    return !this.#open[0];
  }

  /** A frame of this layer is missing. */
  miss(tid: Tid): void {
    this.#open[tid] = false;
  }

  /** @returns whether the next frame can be decoded; it counts as taken then, and as missing if not */
  take({ keyframe, layer }: LayeredFrame): boolean {
    const tid = layer?.tid ?? 0;
    if (keyframe) {
      this.#open.fill(false);
    } else if (!this.#isDecodable(tid, layer?.layerSync ?? false)) {
      this.miss(tid);
      return false;
    }
    this.#open[tid] = true;
    return true;
  }

  #isDecodable(tid: Tid, layerSync: boolean): boolean {
    const refersTo = layerSync ? this.#open.slice(0, 1) : this.#open.slice(0, tid + 1);
    return refersTo.every((isOpen) => isOpen);
  }
}

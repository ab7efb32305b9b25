/**
 * A background as the camera would render it now. Changes by the camera itself are applied to it, exposure, gain and
 * slow light by a tone curve and mains flicker by one factor per row, so the remaining differences are in the scene.
 */

import { RowFlicker } from './row-flicker.ts';
import { ToneCurve } from './tone-curve.ts';

export class ExpectedView {
  /** 0 … 255 per cell, for the picture last fitted. */
  readonly luma: Float32Array;
  readonly #width: number;
  readonly #rowFactors: Float32Array;
  readonly #tone = new ToneCurve();
  readonly #flicker = new RowFlicker();

  constructor(width: number, height: number) {
    this.#width = width;
    this.luma = new Float32Array(width * height);
    this.#rowFactors = new Float32Array(height);
  }

  /** @param background usual luma of each cell; @param picture the present one */
  fit(background: Float32Array, picture: Uint8Array): void {
    const { luma } = this;
    const width = this.#width;
    this.#tone.fit(background, picture);
    for (let cell = 0; cell < luma.length; cell++) luma[cell] = this.#tone.apply(background[cell] ?? 0);
    this.#flicker.fit(luma, picture, width, this.#rowFactors);
    for (let row = 0, cell = 0; row < this.#rowFactors.length; row++) {
      const factor = this.#rowFactors[row] ?? 1;
      for (const end = cell + width; cell < end; cell++)
        luma[cell] = Math.min(255, (luma[cell] ?? 0) * factor);
    }
  }

  /** Change of the exposure since the background was rendered, in luma steps on average. */
  get exposureChange(): number {
    return this.#tone.change;
  }

  /** Applies the lasting exposure change to the background; flicker belongs to one picture only. */
  keepExposure(background: Float32Array): void {
    for (let cell = 0; cell < background.length; cell++)
      background[cell] = this.#tone.apply(background[cell] ?? 0);
  }
}

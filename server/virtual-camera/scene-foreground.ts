/**
 * The headland with everything on it: restored over the parts that move behind it, so that the boat sails behind it.
 */

import type { RawPicture } from './raw-picture.ts';
import type { SceneLayout } from './scene-layout.ts';

export class SceneForeground {
  /** Begin and end of the foreground's spans, as indexes of the luma plane; even, since chroma is half as wide. */
  readonly #spans: readonly (readonly [begin: number, end: number])[];

  constructor(layout: SceneLayout) {
    const { width, height } = layout;
    const spans: [number, number][] = [];
    for (let y = 0; y < height; y++) {
      let begin = -1;
      for (let x = 0; x <= width; x += 2) {
        const inside = x < width && layout.isForeground(x, y);
        if (inside && begin < 0) begin = x;
        if (inside || begin < 0) continue;
        spans.push([y * width + begin, y * width + x]);
        begin = -1;
      }
    }
    this.#spans = spans;
  }

  /** @param background of the same size, without moving parts */
  restore(picture: RawPicture, background: RawPicture): void {
    for (const [begin, end] of this.#spans) {
      picture.luma.set(background.luma.subarray(begin, end), begin);
      picture.cb.set(background.cb.subarray(begin / 2, end / 2), begin / 2);
      picture.cr.set(background.cr.subarray(begin / 2, end / 2), begin / 2);
    }
  }
}

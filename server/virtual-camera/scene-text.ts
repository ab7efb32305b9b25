/** Text of the generated scene: jimp's fonts, printed once into the background and, for the clock, cut into glyphs. */

import { Jimp, loadFont, measureText, measureTextHeight } from 'jimp';
import { SANS_16_WHITE, SANS_32_WHITE, SANS_64_WHITE, SANS_8_WHITE } from 'jimp/fonts';
import type { RawPicture, YCbCr } from './raw-picture.ts';

type Font = Awaited<ReturnType<typeof loadFont>>;
type Canvas = ReturnType<typeof blankCanvas>;

interface Glyph {
  width: number;
  /** Coverage per pixel, 0 … 255, row by row. */
  coverage: Uint8Array;
}

const CLOCK_CHARACTERS = '0123456789:.-';
const WHITE: YCbCr = { y: 240, cb: 128, cr: 128 };
const SHADOW: YCbCr = { y: 16, cb: 128, cr: 128 };

/** The largest font with letters of at most a fifteenth of the picture's height. */
const FONTS = [
  [900, SANS_64_WHITE],
  [460, SANS_32_WHITE],
  [200, SANS_16_WHITE],
  [0, SANS_8_WHITE],
] as const;

export class SceneText {
  readonly #font: Font;
  readonly #lineHeight: number;
  readonly #margin: number;
  readonly #glyphs: ReadonlyMap<string, Glyph>;

  private constructor(font: Font, pictureHeight: number) {
    this.#font = font;
    this.#lineHeight = measureTextHeight(font, CLOCK_CHARACTERS, 10_000);
    this.#margin = Math.round(pictureHeight * 0.025);
    this.#glyphs = new Map(
      Array.from(CLOCK_CHARACTERS, (character) => [character, cutGlyph(font, character, this.#lineHeight)]),
    );
  }

  static async load(pictureHeight: number): Promise<SceneText> {
    const [, file] = FONTS.find(([least]) => pictureHeight >= least) ?? [0, SANS_8_WHITE];
    return new SceneText(await loadFont(file), pictureHeight);
  }

  /** In the upper left corner, with a shadow for contrast on any sky. */
  printName(image: Canvas, name: string): void {
    const { width, height } = image.bitmap;
    const layer = blankCanvas(width, height);
    layer.print({ font: this.#font, x: this.#margin, y: this.#margin, text: name });
    const shadow = layer.clone().brightness(-1).opacity(0.6);
    image.composite(shadow, 1, 1).composite(layer, 0, 0);
  }

  /** Below the name. @param text digits, colons, dots and hyphens; anything else is a gap */
  drawClock(picture: RawPicture, text: string): void {
    const top = this.#margin + this.#lineHeight;
    const gap = (this.#glyphs.get('0')?.width ?? 0) * 0.7;
    let left = this.#margin;
    for (const character of text) {
      const glyph = this.#glyphs.get(character);
      if (glyph) this.#drawGlyph(picture, glyph, Math.round(left), top);
      left += glyph?.width ?? gap;
    }
  }

  #drawGlyph(picture: RawPicture, { width, coverage }: Glyph, left: number, top: number): void {
    for (const [color, offset, opacity] of [
      [SHADOW, 1, 0.6],
      [WHITE, 0, 1],
    ] as const) {
      for (const [at, covered] of coverage.entries()) {
        if (covered === 0) continue;
        const x = left + (at % width) + offset;
        picture.blend(x, top + Math.floor(at / width) + offset, color, (covered / 255) * opacity);
      }
    }
  }
}

function cutGlyph(font: Font, character: string, height: number): Glyph {
  const width = Math.max(1, measureText(font, character));
  const canvas = blankCanvas(width, height);
  canvas.print({ font, x: 0, y: 0, text: character });
  const coverage = Uint8Array.from(
    { length: width * height },
    (_, at) => canvas.bitmap.data[4 * at + 3] ?? 0,
  );
  return { width, coverage };
}

function blankCanvas(width: number, height: number) {
  return new Jimp({ width, height, color: 0x00000000 });
}

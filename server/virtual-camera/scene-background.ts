/**
 * The static parts of the generated scene, painted once with jimp and kept as raw pictures: one per grain of sensor
 * noise, so that a still scene takes as many bits as a real camera's, without the time to draw it.
 */

import { Jimp } from 'jimp';
import type { WhiteBalance } from '../wire/camera-settings.ts';
import { RawPicture, toYCbCr } from './raw-picture.ts';
import type { SceneLayout } from './scene-layout.ts';
import { randomSequence, type Rgb, type ScenePalette } from './scene-palette.ts';
import type { SceneText } from './scene-text.ts';

/** Settings of the sensor. */
export interface SceneTone {
  /** 0 … 255. */
  flash: number;
  /** -2 … 2 each. */
  brightness: number;
  contrast: number;
  exposure: number;
  whiteBalance: WhiteBalance;
}

/** Effect of each white balance on [red, blue] in this scene, which is balanced for `auto`. */
const BALANCE_GAINS: Record<WhiteBalance, readonly [number, number]> = {
  auto: [1, 1],
  sunny: [1.08, 0.94],
  cloudy: [1.16, 0.86],
  office: [0.92, 1.1],
  home: [0.84, 1.2],
};

const GRAINS = 4;
/** Standard deviation of the noise, of 255: an OV2640 in the evening. */
const NOISE = 2.4;

export function paintBackground(
  layout: SceneLayout,
  palette: ScenePalette,
  seed: number,
  tone: SceneTone,
  text: { font: SceneText; name: string },
): RawPicture[] {
  const { width, height } = layout;
  const image = new Jimp({ width, height, color: 0x000000ff });
  const paint = new Painter(image.bitmap.data, width, height);
  paintSky(paint, layout, palette, randomSequence(seed));
  paintSea(paint, layout, palette);
  paintLand(paint, layout, palette, randomSequence(seed + 1));
  paintTower(paint, layout, palette);
  paint.rectangle(0, layout.stripY, width, height, [24, 24, 24]);
  text.font.printName(image, text.name);
  const clean = toRawPicture(image.bitmap.data, width, height, tone);
  return Array.from({ length: GRAINS }, (_, grain) => addNoise(clean, layout.stripY, randomSequence(grain)));
}

class Painter {
  readonly #data: Buffer;
  readonly width: number;
  readonly height: number;

  constructor(data: Buffer, width: number, height: number) {
    this.#data = data;
    this.width = width;
    this.height = height;
  }

  blend(x: number, y: number, color: Rgb, alpha = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 4 * (y * this.width + x);
    for (const [channel, value] of color.entries()) {
      const under = this.#data[at + channel] ?? 0;
      this.#data[at + channel] = Math.round(under + (value - under) * Math.min(1, Math.max(0, alpha)));
    }
  }

  rectangle(left: number, top: number, right: number, bottom: number, color: Rgb): void {
    for (let y = Math.round(top); y < Math.round(bottom); y++)
      for (let x = Math.round(left); x < Math.round(right); x++) this.blend(x, y, color);
  }
}

function paintSky(paint: Painter, layout: SceneLayout, palette: ScenePalette, random: () => number): void {
  const { width, height, horizonY, sun } = layout;
  for (let y = 0; y < horizonY; y++) {
    const color = gradient(palette.sky, y / horizonY);
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot(x - sun.x, y - sun.y);
      paint.blend(x, y, color);
      paint.blend(x, y, palette.sun, 0.55 * Math.exp(-distance / (height * 0.14)));
      paint.blend(x, y, palette.sun, sun.radius + 0.5 - distance);
    }
  }
  for (let star = 0; star < 90; star++) {
    const x = Math.floor(random() * width);
    const y = Math.floor(random() ** 2 * horizonY * 0.7);
    paint.blend(x, y, [255, 255, 255], palette.stars * (0.3 + 0.7 * random()) * (1 - y / horizonY));
  }
  for (let x = 0; x < width; x++) {
    const ridgeY = layout.ridgeY(x);
    for (let y = Math.floor(ridgeY); y < horizonY; y++) {
      const haze = 0.35 * ((y - ridgeY) / (horizonY - ridgeY));
      paint.blend(x, y, mix(palette.mountains, palette.sky[3], haze), y + 1 - ridgeY);
    }
  }
}

function paintSea(paint: Painter, layout: SceneLayout, palette: ScenePalette): void {
  const { width, height, horizonY, sun } = layout;
  for (let y = Math.floor(horizonY); y < height; y++) {
    const depth = (y - horizonY) / (height - horizonY);
    const color = mix(palette.seaFar, palette.seaNear, depth ** 0.55);
    // Nearer waves look longer and higher.
    const scale = 0.25 + depth;
    for (let x = 0; x < width; x++) {
      const wave =
        Math.sin((y / height) * (260 / scale) + Math.sin((x / height) * (9 / scale)) * 1.7) *
        Math.sin((x / height) * (21 / scale) + (y / height) * 90);
      const spread = height * (0.05 + 0.16 * depth);
      const glitter = Math.exp(-(((x - sun.x) / spread) ** 2)) * (0.42 + 0.3 * wave) * (1 - 0.5 * depth);
      paint.blend(x, y, color);
      paint.blend(x, y, wave > 0 ? palette.seaFar : [6, 12, 30], Math.abs(wave) * 0.16);
      paint.blend(x, y, palette.sun, glitter);
    }
  }
}

function paintLand(paint: Painter, layout: SceneLayout, palette: ScenePalette, random: () => number): void {
  const { width, height } = layout;
  for (let x = 0; x < width; x++) {
    // Grass, a few pixels high.
    const edge = layout.landY(x) - random() * height * 0.008;
    for (let y = Math.max(0, Math.floor(edge)); y < height; y++) {
      const light = Math.exp(-(y - edge) / (height * 0.05)) * 0.22 + random() * 0.06;
      paint.blend(x, y, mix(palette.land, palette.seaFar, light), y + 1 - edge);
    }
  }
  const cottageX = layout.tower.x + height * 0.12;
  const groundY = layout.tower.footY;
  const wall = mix(palette.land, [235, 225, 210], 0.42);
  paint.rectangle(cottageX, groundY - height * 0.06, cottageX + height * 0.13, groundY + height * 0.02, wall);
  for (let row = 0; row < height * 0.045; row++) {
    const inset = height * 0.045 - row;
    const y = groundY - height * 0.105 + row;
    paint.rectangle(
      cottageX - 2 + inset,
      y,
      cottageX + height * 0.13 + 2 - inset,
      y + 1,
      mix(palette.land, [120, 50, 44], 0.5),
    );
  }
  for (const share of [0.2, 0.62]) {
    const x = cottageX + height * 0.13 * share;
    paint.rectangle(
      x,
      groundY - height * 0.042,
      x + height * 0.022,
      groundY - height * 0.014,
      [255, 206, 120],
    );
  }
}

function paintTower(paint: Painter, layout: SceneLayout, palette: ScenePalette): void {
  const { tower, lamp, height } = layout;
  const rows = tower.footY - tower.topY;
  for (let row = 0; row < rows + height * 0.02; row++) {
    const down = Math.min(1, row / rows);
    const half = tower.topHalf + (tower.footHalf - tower.topHalf) * down;
    const paintColor: Rgb = Math.floor(down * 5) % 2 === 0 ? [232, 226, 218] : [186, 58, 50];
    for (let x = Math.floor(tower.x - half); x <= tower.x + half; x++) {
      const across = (x + 0.5 - tower.x) / half;
      // Lit by the low sun on the left, dark on the right.
      const shade = 0.12 + 0.55 * Math.max(0, across * 0.8 + 0.35);
      const coverage = half + 0.5 - Math.abs(x + 0.5 - tower.x);
      paint.blend(x, Math.round(tower.topY + row), mix(paintColor, palette.land, shade), coverage);
    }
  }
  const dark = mix(palette.land, [90, 84, 90], 0.3);
  const gallery = tower.topHalf * 1.45;
  paint.rectangle(
    tower.x - gallery,
    tower.topY - height * 0.008,
    tower.x + gallery,
    tower.topY + height * 0.008,
    dark,
  );
  const lantern = tower.topHalf * 0.72;
  paint.rectangle(tower.x - lantern, lamp.y - height * 0.026, tower.x + lantern, tower.topY, [255, 226, 150]);
  for (const share of [-1, -0.34, 0.34, 1])
    paint.rectangle(
      tower.x + share * lantern - 1,
      lamp.y - height * 0.026,
      tower.x + share * lantern + 1,
      tower.topY,
      dark,
    );
  for (let row = 0; row < height * 0.034; row++) {
    const half = lantern * 1.25 * Math.sqrt(row / (height * 0.034));
    const y = lamp.y - height * 0.06 + row;
    paint.rectangle(tower.x - half, y, tower.x + half, y + 1, mix(palette.land, [186, 58, 50], 0.6));
  }
}

function gradient(stops: readonly Rgb[], at: number): Rgb {
  const scaled = at * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(scaled));
  return mix(stops[index] ?? [0, 0, 0], stops[index + 1] ?? [0, 0, 0], scaled - index);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

function toRawPicture(rgba: Buffer, width: number, height: number, tone: SceneTone): RawPicture {
  const picture = new RawPicture(width, height);
  const gain = 1 + tone.contrast * 0.15;
  const lift = tone.brightness * 16;
  const light = 1.25 ** tone.exposure;
  const [redGain, blueGain] = BALANCE_GAINS[tone.whiteBalance];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(4 * pixel, 4 * pixel + 3);
    const color = toYCbCr(red * redGain * light, green * light, blue * blueGain * light);
    const toned = (color.y - 128) * gain + 128 + lift;
    picture.luma[pixel] = toned + (255 - toned) * (tone.flash / 255) * 0.25;
    if (pixel % 2 === 1) continue;
    picture.cb[pixel / 2] = color.cb;
    picture.cr[pixel / 2] = color.cr;
  }
  return picture;
}

function addNoise(clean: RawPicture, stripY: number, random: () => number): RawPicture {
  const noisy = new RawPicture(clean.width, clean.height);
  noisy.copyFrom(clean);
  for (let at = 0; at < stripY * clean.width; at++) {
    // The sum of three is close enough to a normal distribution; its standard deviation is 1/2.
    noisy.luma[at] = (clean.luma[at] ?? 0) + (random() + random() + random() - 1.5) * 2 * NOISE;
  }
  return noisy;
}

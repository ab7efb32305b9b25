/**
 * The moving parts of the generated scene: clouds, glitter on the water, a sailing boat, gulls and the lighthouse's
 * beam. Each is a function of time alone, so any moment can be drawn without the ones before it.
 */

import { toYCbCr, type RawPicture, type YCbCr } from './raw-picture.ts';
import type { SceneLayout } from './scene-layout.ts';
import { randomSequence, type ScenePalette } from './scene-palette.ts';

interface Cloud {
  width: number;
  height: number;
  top: number;
  start: number;
  /** Pixels per second. */
  speed: number;
  opacity: Float32Array;
}

interface Glint {
  x: number;
  y: number;
  width: number;
  phase: number;
  speed: number;
  strength: number;
}

const BEAM_TURN_S = 9;

export class SceneActors {
  readonly #layout: SceneLayout;
  readonly #clouds: Cloud[];
  readonly #glints: Glint[];
  readonly #cloudColor: YCbCr;
  readonly #hull: YCbCr;
  readonly #sail = toYCbCr(250, 240, 224);
  readonly #gull: YCbCr;
  readonly #phase: number;

  constructor(layout: SceneLayout, palette: ScenePalette, seed: number) {
    const random = randomSequence(seed + 2);
    this.#layout = layout;
    this.#cloudColor = toYCbCr(...palette.cloud);
    this.#hull = toYCbCr(...palette.land);
    this.#gull = toYCbCr(...palette.land);
    this.#phase = random() * 100;
    this.#clouds = Array.from({ length: 3 }, () => makeCloud(layout, random));
    this.#glints = Array.from({ length: 140 }, () => makeGlint(layout, random));
  }

  /** Draws the parts behind the headland. @param seconds since any fixed moment */
  drawBehind(picture: RawPicture, seconds: number): void {
    for (const cloud of this.#clouds) this.#drawCloud(picture, cloud, seconds);
    for (const glint of this.#glints) drawGlint(picture, glint, seconds);
    this.#drawBoat(picture, seconds + this.#phase);
    for (let gull = 0; gull < 3; gull++) this.#drawGull(picture, seconds + this.#phase, gull);
  }

  #drawCloud(picture: RawPicture, cloud: Cloud, seconds: number): void {
    const travel = picture.width + cloud.width;
    const left = Math.round((cloud.start + seconds * cloud.speed) % travel) - cloud.width;
    const from = Math.max(0, -left);
    const to = Math.min(cloud.width, picture.width - left);
    for (let row = 0; row < cloud.height; row++) {
      for (let x = from; x < to; x++) {
        const opacity = cloud.opacity[row * cloud.width + x] ?? 0;
        if (opacity > 0.01) picture.blend(left + x, cloud.top + row, this.#cloudColor, opacity);
      }
    }
  }

  #drawBoat(picture: RawPicture, seconds: number): void {
    const { width, height, horizonY } = this.#layout;
    const size = height * 0.075;
    const travel = width * 0.75 + size * 4;
    const x = ((seconds * height * 0.022) % travel) - size * 2;
    const water = horizonY + height * 0.09 + Math.sin(seconds * 1.3) * height * 0.004;
    const heel = Math.sin(seconds * 0.9) * size * 0.12;
    const at = (across: number, up: number) => ({ x: x + across * size + heel * up, y: water - up * size });
    picture.fillConvex([at(-0.04, 0.2), at(-0.04, 1.6), at(0.75, 0.28)], this.#sail);
    picture.fillConvex([at(-0.1, 0.2), at(-0.1, 1.45), at(-0.6, 0.3)], this.#sail, 0.85);
    picture.fillConvex([at(-0.85, 0.2), at(0.95, 0.2), at(0.6, -0.12), at(-0.6, -0.12)], this.#hull);
    // The sail's reflection in the water.
    for (let row = 1; row < size * 0.8; row++) {
      const ripple = Math.sin(row * 0.9 + seconds * 3) * size * 0.08;
      const half = size * 0.45 * (1 - row / size);
      const y = Math.round(water + size * 0.12 + row);
      picture.fillSpan(y, x - half + ripple, x + half + ripple, this.#sail, 0.16);
    }
  }

  #drawGull(picture: RawPicture, seconds: number, index: number): void {
    const { width, height } = this.#layout;
    const own = seconds + index * 0.37;
    const span = height * (0.02 + 0.004 * index);
    const across = ((own * height * 0.05 + index * height * 0.07) % (width * 1.2)) - width * 0.1;
    const y = height * (0.3 + 0.03 * index + 0.03 * Math.sin(own * 0.7 + index));
    // They flap for a while, then glide.
    const flap = Math.sin(own * 9) * Math.max(0.25, Math.sin(own * 0.8));
    const thickness = Math.max(1.2, height * 0.004);
    for (const side of [-1, 1]) {
      const bend = { x: across + side * span * 0.5, y: y - span * 0.35 * flap - span * 0.15 };
      const tip = { x: across + side * span, y: y - span * 0.15 * flap };
      drawLimb(picture, { x: across, y }, bend, thickness, this.#gull);
      drawLimb(picture, bend, tip, thickness * 0.7, this.#gull);
    }
  }

  /** Draws the beam over everything else. @param seconds like drawBehind */
  drawBeam(picture: RawPicture, seconds: number): void {
    const { lamp, height } = this.#layout;
    const angle = (seconds / BEAM_TURN_S) * 2 * Math.PI;
    const sideways = Math.cos(angle);
    const length = Math.abs(sideways) * height * 1.1;
    const direction = Math.sign(sideways);
    for (let distance = lamp.radius; distance < length; distance++) {
      const half = 1 + distance * 0.055;
      const strength = 70 * (1 - distance / length);
      const x = Math.round(lamp.x + direction * distance);
      const middle = lamp.y + distance * 0.03;
      for (let y = Math.floor(middle - half); y <= middle + half; y++)
        picture.lighten(x, y, strength * Math.max(0, 1 - Math.abs(y + 0.5 - middle) / half));
    }
    // Turned towards the viewer, it dazzles.
    const dazzle = Math.max(0, Math.sin(angle)) ** 8;
    const radius = lamp.radius * (2 + 5 * dazzle);
    for (let y = Math.floor(-radius); y <= radius; y++) {
      for (let x = Math.floor(-radius); x <= radius; x++) {
        const near = Math.max(0, 1 - Math.hypot(x, y) / radius);
        picture.lighten(Math.round(lamp.x) + x, Math.round(lamp.y) + y, (50 + 170 * dazzle) * near ** 2);
      }
    }
  }
}

function drawLimb(
  picture: RawPicture,
  from: { x: number; y: number },
  to: { x: number; y: number },
  thickness: number,
  color: YCbCr,
): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const aside = {
    x: ((from.y - to.y) / length) * thickness * 0.5,
    y: ((to.x - from.x) / length) * thickness * 0.5,
  };
  const corners = [
    { x: from.x + aside.x, y: from.y + aside.y },
    { x: to.x + aside.x, y: to.y + aside.y },
    { x: to.x - aside.x, y: to.y - aside.y },
    { x: from.x - aside.x, y: from.y - aside.y },
  ];
  picture.fillConvex(corners, color, 0.9);
}

function drawGlint(picture: RawPicture, glint: Glint, seconds: number): void {
  const shine = Math.sin(seconds * glint.speed + glint.phase);
  if (shine <= 0) return;
  const x = Math.round(glint.x + Math.sin(seconds * 0.4 + glint.phase) * glint.width);
  for (let along = 0; along < glint.width; along++)
    picture.lighten(x + along, glint.y, glint.strength * shine ** 2);
}

function makeGlint({ width, height, horizonY, stripY, sun }: SceneLayout, random: () => number): Glint {
  const depth = random() ** 1.4;
  const y = Math.floor(horizonY + 2 + depth * (stripY - horizonY - 4));
  // Two thirds of them under the sun, the others anywhere on the open water.
  const underSun = random() < 0.66;
  const spread = (random() - 0.5) * height * (0.1 + 0.4 * depth);
  const x = underSun ? sun.x + spread : random() * width * 0.52;
  return {
    x,
    y,
    width: Math.max(2, Math.round(height * (0.006 + 0.03 * depth * random()))),
    phase: random() * 2 * Math.PI,
    speed: 0.6 + random() * 1.8,
    strength: underSun ? 85 : 34,
  };
}

/** A heap of soft discs with a flat bottom. */
function makeCloud({ width, height }: SceneLayout, random: () => number): Cloud {
  const cloudWidth = Math.round(height * (0.35 + 0.25 * random()));
  const cloudHeight = Math.round(height * 0.09);
  const opacity = new Float32Array(cloudWidth * cloudHeight);
  const discs = Array.from({ length: 9 }, () => {
    const across = random();
    const radius = cloudHeight * (0.3 + 0.35 * random()) * (1 - Math.abs(across - 0.5));
    return { x: cloudWidth * (0.15 + 0.7 * across), y: cloudHeight * 0.85 - radius * 0.8, radius };
  });
  for (let y = 0; y < cloudHeight; y++) {
    for (let x = 0; x < cloudWidth; x++) {
      const thickness = discs.reduce((sum, disc) => {
        const distance = Math.hypot((x - disc.x) / 1.7, y - disc.y) / disc.radius;
        return sum + Math.max(0, 1 - distance) ** 1.5;
      }, 0);
      const base = Math.min(1, (cloudHeight - y) / (cloudHeight * 0.25));
      opacity[y * cloudWidth + x] = Math.min(0.62, thickness * 0.75) * base;
    }
  }
  return {
    width: cloudWidth,
    height: cloudHeight,
    top: Math.round(height * (0.1 + 0.1 * random())),
    start: random() * width * 1.5,
    speed: height * (0.006 + 0.008 * random()),
    opacity,
  };
}

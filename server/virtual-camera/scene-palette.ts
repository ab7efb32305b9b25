/** Colours and small variations of a generated scene, derived from the camera's name. */

export type Rgb = readonly [red: number, green: number, blue: number];

export interface ScenePalette {
  /** From the top of the sky to the horizon. */
  sky: readonly [Rgb, Rgb, Rgb, Rgb];
  sun: Rgb;
  mountains: Rgb;
  seaFar: Rgb;
  seaNear: Rgb;
  land: Rgb;
  cloud: Rgb;
  /** Opacity of the stars, 0 … 1. */
  stars: number;
  /** Horizontal position of the sun, as a share of the width. */
  sunAt: number;
}

const DUSK: ScenePalette = {
  sky: [
    [30, 34, 84],
    [94, 62, 128],
    [220, 118, 108],
    [255, 196, 128],
  ],
  sun: [255, 236, 190],
  mountains: [104, 70, 112],
  seaFar: [214, 132, 116],
  seaNear: [24, 38, 78],
  land: [26, 24, 38],
  cloud: [250, 170, 160],
  stars: 0.5,
  sunAt: 0.3,
};

const DAWN: ScenePalette = {
  sky: [
    [52, 92, 150],
    [120, 150, 190],
    [236, 190, 170],
    [255, 226, 180],
  ],
  sun: [255, 248, 220],
  mountains: [110, 118, 150],
  seaFar: [206, 186, 178],
  seaNear: [34, 76, 104],
  land: [38, 44, 48],
  cloud: [255, 232, 220],
  stars: 0,
  sunAt: 0.42,
};

const MOONLIGHT: ScenePalette = {
  sky: [
    [8, 12, 34],
    [16, 28, 62],
    [34, 58, 100],
    [74, 104, 142],
  ],
  sun: [226, 234, 246],
  mountains: [24, 36, 62],
  seaFar: [62, 92, 128],
  seaNear: [8, 18, 40],
  land: [10, 12, 20],
  cloud: [96, 116, 150],
  stars: 1,
  sunAt: 0.24,
};

const PALETTES = [DUSK, DAWN, MOONLIGHT] as const;

/** @param seed see `seedOf` */
export function paletteOf(seed: number): ScenePalette {
  return PALETTES[Math.floor(randomSequence(seed)() * PALETTES.length)] ?? DUSK;
}

/** @returns u32 (FNV-1a) */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A small seeded generator (mulberry32): the scene must be the same at each start. @returns 0 … 1 */
export function randomSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

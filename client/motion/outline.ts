/** Outlines drawn over a picture: corners as shares of its width and height, 0 … 1. Pure; nothing given is changed. */

export type Point = readonly [x: number, y: number];
export type Outline = readonly Point[];

export const MIN_CORNERS = 3;
export const MAX_CORNERS = 32;

/** Finer than any finger; and no figure is longer than it need be. */
const STEPS = 1000;

/** Inside the picture. */
export function pointAt(x: number, y: number): Point {
  return [share(x), share(y)];
}

export function withCorner(outline: Outline, corner: Point): Outline {
  return outline.length < MAX_CORNERS ? [...outline, corner] : outline;
}

export function movedCorner(outline: Outline, index: number, to: Point): Outline {
  return outline.map((corner, each) => (each === index ? to : corner));
}

/** In the middle of the side that begins at the corner `index`. */
export function splitSide(outline: Outline, index: number): Outline {
  return outline.length < MAX_CORNERS ? outline.toSpliced(index + 1, 0, middleOf(outline, index)) : outline;
}

export function withoutCorner(outline: Outline, index: number): Outline {
  return outline.length > MIN_CORNERS ? outline.toSpliced(index, 1) : outline;
}

export function middleOf(outline: Outline, index: number): Point {
  const [x1, y1] = outline[index] ?? [0, 0];
  const [x2, y2] = outline[(index + 1) % outline.length] ?? [0, 0];
  return pointAt((x1 + x2) / 2, (y1 + y2) / 2);
}

/** The outline that drawing with the keyboard begins with. */
export const MIDDLE: Outline = [
  [0.3, 0.3],
  [0.7, 0.3],
  [0.7, 0.7],
  [0.3, 0.7],
];

/** An unused name, like “Zone 2”. */
export function freshName(word: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = `${word} ${number}`;
    if (!taken.includes(name)) return name;
  }
}

function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * STEPS) / STEPS;
}

/** Boxes in a picture, in shares of its width and height. */

export interface Box {
  /** From the left and from the top, 0 … 1. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @returns the part inside the picture */
export function insidePicture<B extends Box>(box: B): B {
  return { ...box, width: Math.min(box.width, 1 - box.x), height: Math.min(box.height, 1 - box.y) };
}

/** Intersection over union, 0 … 1. */
export function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

/** Smaller area over larger area, 0 … 1. */
export function sizeRatioOf(a: Box, b: Box): number {
  const [small, large] = [areaOf(a), areaOf(b)].sort((one, other) => one - other) as [number, number];
  return large === 0 ? 1 : small / large;
}

export function centreOf({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

/** The point at which an object stands: its zone is that of its feet, not of its head. */
export function footOf({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height };
}

function areaOf({ width, height }: Box): number {
  return width * height;
}

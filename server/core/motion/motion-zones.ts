/**
 * The cells in which motion counts: zones drawn by users, without the masks, where it is ignored.
 *
 * Points are shares of the picture's width and height, so that zones survive a change of frame size.
 */

export interface MotionZone {
  id: string;
  /** At least three corners, each 0 … 1 from the left and from the top. The outline is closed automatically. */
  points: readonly (readonly [x: number, y: number])[];
}

/** The zone when none was drawn: the whole picture. */
export const WHOLE_PICTURE = 'picture';

export class ZoneMap {
  /** Per zone 1 for each cell in it, without the masks. */
  readonly zones: ReadonlyMap<string, Uint8Array>;

  /** @param masks their cells belong to no zone */
  constructor(width: number, height: number, zones: readonly MotionZone[], masks: readonly MotionZone[]) {
    const masked = new Uint8Array(width * height);
    for (const mask of masks) fillPolygon(masked, width, height, mask.points);
    const drawn = zones.map(({ id, points }) => {
      const cells = new Uint8Array(width * height);
      fillPolygon(cells, width, height, points);
      return [id, cells] as const;
    });
    const all = drawn.length > 0 ? drawn : [[WHOLE_PICTURE, new Uint8Array(width * height).fill(1)] as const];
    for (const [, cells] of all) masked.forEach((isMasked, cell) => isMasked && (cells[cell] = 0));
    this.zones = new Map(all);
  }
}

/** A cell belongs to the polygon when its centre lies inside, by the even-odd rule. */
function fillPolygon(cells: Uint8Array, width: number, height: number, points: MotionZone['points']): void {
  for (let row = 0; row < height; row++) {
    const y = (row + 0.5) / height;
    for (let column = 0; column < width; column++) {
      if (isInside((column + 0.5) / width, y, points)) cells[row * width + column] = 1;
    }
  }
}

/** By the even-odd rule. @param x, y in shares of the picture */
export function isInside(x: number, y: number, points: MotionZone['points']): boolean {
  let inside = false;
  let previous = points.at(-1);
  for (const corner of points) {
    if (previous && corner[1] > y !== previous[1] > y) {
      const crossing = corner[0] + ((y - corner[1]) / (previous[1] - corner[1])) * (previous[0] - corner[0]);
      if (x < crossing) inside = !inside;
    }
    previous = corner;
  }
  return inside;
}

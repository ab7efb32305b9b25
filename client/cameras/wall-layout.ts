/**
 * The number of columns of cameras, and their width: as large as all cameras fit into the window at once.
 *
 * Invariants: no other number of columns gives larger pictures; a picture is never narrower than MIN_TILE_PX: the page is
 * scrolled instead; nothing is wider than the page.
 */

export interface WallSpace {
  /** Pixels. */
  width: number;
  height: number;
  gap: number;
}

export interface WallLayout {
  columns: number;
  /** Whole pixels. */
  tileWidth: number;
}

/** A sensor's, and each tile's. */
export const TILE_ASPECT = 4 / 3;
export const MIN_TILE_PX = 150;
/** A narrower window is a phone in portrait: pictures fill its width, and the page is scrolled. */
const PHONE_PX = 600;
/** On such a phone up to this many are in one column, more in two columns. */
const MAX_PHONE_ROWS = 3;

/** @param count of cameras, from 1 */
export function wallLayout(count: number, space: WallSpace): WallLayout {
  if (space.width < PHONE_PX) {
    const columns = count > MAX_PHONE_ROWS ? 2 : 1;
    return { columns, tileWidth: widthOf(columns, space) };
  }
  const layouts = Array.from({ length: count }, (_, index) => fitting(index + 1, count, space));
  const best = layouts.reduce((one, other) => (other.tileWidth > one.tileWidth ? other : one));
  if (best.tileWidth >= MIN_TILE_PX) return best;
  const columns = Math.max(1, Math.floor((space.width + space.gap) / (MIN_TILE_PX + space.gap)));
  return { columns: Math.min(columns, count), tileWidth: widthOf(columns, space) };
}

/** @returns the layout in which all rows fit into the height */
function fitting(columns: number, count: number, space: WallSpace): WallLayout {
  const rows = Math.ceil(count / columns);
  const tileHeight = (space.height - space.gap * (rows - 1)) / rows;
  return { columns, tileWidth: Math.min(widthOf(columns, space), Math.floor(tileHeight * TILE_ASPECT)) };
}

/** @returns the width of a tile where the tiles of a row fill the width of the page */
function widthOf(columns: number, { width, gap }: WallSpace): number {
  return Math.max(1, Math.floor((width - gap * (columns - 1)) / columns));
}

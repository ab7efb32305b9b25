/**
 * Turns cells that differ into moving objects: single cells are removed, holes are closed, connected cells form a blob,
 * and each blob is followed from picture to picture.
 *
 * Rain, snow and sensor noise are many cells that differ for one picture, thin and far apart; a person or a cat is a
 * patch of cells that is still there, or next to it, in the pictures that follow.
 */

export interface Blob {
  /** Cells it consists of, as indices, row by row. */
  readonly cells: readonly number[];
  /** When it, or its predecessor, was first seen: server clock, µs since the Unix epoch. */
  readonly sinceUs: number;
}

/**
 * How many cells among a cell and its eight neighbours must differ for the cell to count: an object is at least two
 * cells thick.
 */
const MAJORITY = 4;
/** Share of a blob that must be near a blob of the previous picture to be the same object. */
const MIN_OVERLAP = 1 / 2;

export class BlobFinder {
  readonly #width: number;
  readonly #height: number;
  readonly #solid: Uint8Array;
  readonly #stack: number[] = [];
  /** Per cell, when the blob that covered it in the previous picture was first seen; 0 without one. */
  #before: Float64Array;
  #now: Float64Array;

  constructor(width: number, height: number) {
    const cells = width * height;
    this.#width = width;
    this.#height = height;
    this.#solid = new Uint8Array(cells);
    this.#before = new Float64Array(cells);
    this.#now = new Float64Array(cells);
  }

  /**
   * @param differs 1 for each cell that differs from the background
   * @param minCells smaller blobs are ignored
   */
  find(differs: Uint8Array, minCells: number, nowUs: number): Blob[] {
    this.#keepMajority(differs);
    this.#now.fill(0);
    const blobs: Blob[] = [];
    for (let cell = 0; cell < this.#solid.length; cell++) {
      if (this.#solid[cell] === 0) continue;
      const cells = this.#flood(cell);
      if (cells.length < minCells) continue;
      const sinceUs = this.#sinceUs(cells) ?? nowUs;
      for (const each of cells) this.#now[each] = sinceUs;
      blobs.push({ cells, sinceUs });
    }
    [this.#before, this.#now] = [this.#now, this.#before];
    return blobs;
  }

  #keepMajority(differs: Uint8Array): void {
    const width = this.#width;
    this.#solid.fill(0);
    for (let row = 1; row < this.#height - 1; row++) {
      for (let column = 1; column < width - 1; column++) {
        const cell = row * width + column;
        let around = 0;
        for (let near = cell - width; near <= cell + width; near += width)
          around += (differs[near - 1] ?? 0) + (differs[near] ?? 0) + (differs[near + 1] ?? 0);
        if (around >= MAJORITY) this.#solid[cell] = 1;
      }
    }
  }

  /** All cells connected to this one, also diagonally; they are removed from the solid ones. */
  #flood(start: number): number[] {
    const width = this.#width;
    const cells: number[] = [];
    const stack = this.#stack;
    stack.push(start);
    this.#solid[start] = 0;
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      cells.push(cell);
      // The outermost rows and columns are never solid, so no neighbour lies beyond an edge.
      for (let near = cell - width - 1; near <= cell + width - 1; near += width) {
        for (let next = near; next < near + 3; next++) {
          if (this.#solid[next] !== 1) continue;
          this.#solid[next] = 0;
          stack.push(next);
        }
      }
    }
    return cells;
  }

  /** When the object that this blob continues was first seen; undefined for a new one. */
  #sinceUs(cells: readonly number[]): number | undefined {
    const reach = reachOf(cells.length);
    let overlap = 0;
    let sinceUs = Infinity;
    for (const cell of cells) {
      const there = this.#earliestNear(cell, reach);
      if (there === 0) continue;
      overlap++;
      sinceUs = Math.min(sinceUs, there);
    }
    return overlap >= cells.length * MIN_OVERLAP ? sinceUs : undefined;
  }

  #earliestNear(cell: number, reach: number): number {
    const width = this.#width;
    const column = cell % width;
    const left = Math.max(0, column - reach) - column;
    const right = Math.min(width - 1, column + reach) - column;
    let earliest = 0;
    for (let row = -reach; row <= reach; row++) {
      for (let near = cell + row * width + left; near <= cell + row * width + right; near++) {
        const sinceUs = this.#before[near] ?? 0;
        if (sinceUs !== 0 && (earliest === 0 || sinceUs < earliest)) earliest = sinceUs;
      }
    }
    return earliest;
  }
}

/**
 * How far, in cells, an object of this size may move between two pictures: near objects are large and cross quickly.
 */
function reachOf(cellCount: number): number {
  return 1 + Math.min(3, Math.floor(Math.sqrt(cellCount) / 4));
}

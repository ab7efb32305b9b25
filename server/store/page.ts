/** One page of a list, and where the next one begins. */

/**
 * The last row of a page, as its sort key. The next page begins after it, whether the row still exists or not: rows that are
 * added or removed meanwhile leave no gap, and none appears twice.
 */
export interface Place {
  /** A time, ms since the Unix epoch, or the same as `sequence`. */
  rank: number;
  /** Grows in the order in which rows were added; decides between rows of one rank. */
  sequence: number;
}

export interface Page<T> {
  rows: T[];
  /** null: there are no more rows. */
  next: Place | null;
}

/** @param places of the rows that were read, also of those that cannot be shown */
export function pageOf<T>(rows: T[], places: readonly Place[], limit: number): Page<T> {
  const last = places.length < limit ? undefined : places.at(-1);
  return { rows, next: last ? { rank: last.rank, sequence: last.sequence } : null };
}

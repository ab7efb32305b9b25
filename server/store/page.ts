/** One page of a list, and where the next one begins. */

/**
 * The last row of a page, by what the list is sorted by. The next page begins after it, whether the row is still there or not: so
 * that rows which are added or removed meanwhile leave no gap, and double nothing.
 */
export interface Place {
  /** A time, ms since the Unix epoch, or the same as `sequence`. */
  rank: number;
  /** Grows in the order in which rows were added; decides between rows of one rank. */
  sequence: number;
}

export interface Page<T> {
  rows: T[];
  /** null: that was all. */
  next: Place | null;
}

/** @param places of the rows that were read, also of those that cannot be shown */
export function pageOf<T>(rows: T[], places: readonly Place[], limit: number): Page<T> {
  const last = places.length < limit ? undefined : places.at(-1);
  return { rows, next: last ? { rank: last.rank, sequence: last.sequence } : null };
}

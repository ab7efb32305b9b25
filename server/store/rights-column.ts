/** Rights as a column of JSON, in the order of the vocabulary whatever the order of the rows. */

import { z } from 'zod';
import { RIGHTS, type Right } from '../wire/rights.ts';
import { readEntries } from './json-column.ts';

/** For SQL: an administrator has every right to every camera, and none are stored. */
export const ALL_RIGHTS = JSON.stringify(RIGHTS);

const RIGHT = z.enum(RIGHTS);

/** @returns none when the column holds no list */
export function readRights(column: unknown): Right[] {
  const rights = new Set(readEntries(RIGHT, column));
  return RIGHTS.filter((right) => rights.has(right));
}

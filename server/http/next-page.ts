/**
 * The address of the rest of a list: `Link: <…?cursor=…>; rel="next"` (RFC 8288), for programs, which then need not know how
 * paging works.
 */

import type { Request, Response } from 'express';
import { VigieError } from '../errors.ts';
import type { Place } from '../store/page.ts';

/** A cursor belongs to one order; a program that changes the order of a list begins anew. */
const CURSOR = /^([a-z]+)\.(\d{1,16})\.(\d{1,16})$/;

/**
 * @param order a word for what the list is sorted by
 * @param next of the page (store/page.ts)
 */
export function linkNextPage(request: Request, response: Response, order: string, next: Place | null): void {
  if (!next) return;
  const query = new URLSearchParams(request.url.split('?')[1]);
  query.delete('before');
  query.set('cursor', Buffer.from(`${order}.${next.rank}.${next.sequence}`).toString('base64url'));
  response.links({ next: `?${query.toString()}` });
}

/** @throws VigieError `unprocessable` for a cursor that no page of a list in this order has named */
export function placeAt(cursor: string | undefined, order: string): Place | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, ofOrder, rank, sequence] = CURSOR.exec(text) ?? [];
  if (ofOrder === undefined)
    throw new VigieError('unprocessable', 'cursor: take it from the Link header of the previous page');
  if (ofOrder !== order)
    throw new VigieError('unprocessable', 'cursor: belongs to a list in another order; begin without one');
  return { rank: Number(rank), sequence: Number(sequence) };
}

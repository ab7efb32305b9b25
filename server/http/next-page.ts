/**
 * The address of the rest of a list: `Link: <…?before=ID>; rel="next"` (RFC 8288), for programs, which then need not know how a
 * list is continued.
 */

import type { Request, Response } from 'express';

/**
 * Call it with each page of a list, the newest first, whatever it holds.
 *
 * @param limit entries that were asked for; fewer are the last page
 */
export function linkNextPage(
  request: Request,
  response: Response,
  page: readonly { id: string }[],
  limit: number,
): void {
  const last = page.at(-1);
  if (!last || page.length < limit) return;
  const query = new URLSearchParams(request.url.split('?')[1]);
  query.set('before', last.id);
  response.links({ next: `?${query}` });
}

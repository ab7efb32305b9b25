/** Whom a long look into the database is for: it is given up when the client goes. */

import type { Response } from 'express';
import type { ReadFor } from '../store/work.ts';

export function readFor({ userId }: { userId: string }, response: Response): ReadFor {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { userId, signal: gone.signal };
}

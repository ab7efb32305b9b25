/** The user and lifetime of a long database read: it is cancelled when the client disconnects. */

import type { Response } from 'express';
import type { ReadFor } from '../store/work.ts';

export function readFor({ userId }: { userId: string }, response: Response): ReadFor {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { userId, signal: gone.signal };
}

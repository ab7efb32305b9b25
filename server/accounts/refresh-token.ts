/**
 * Refresh tokens: `session.number.mac`, where the MAC is HMAC-SHA256 under a secret of this installation. The store
 * keeps the number of the newest one per session and no token at all, so nothing in it grows with use, a token that
 * was really given out can be told from a made-up one, and the newest can be given once more (see sessions.ts).
 */

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface RefreshClaims {
  sessionId: string;
  /** Counts the renewals of the session, from 0. */
  generation: number;
}

const TOKEN = /^(ses_[a-z\d]{12})\.(\d{1,10})\.([A-Za-z\d_-]{43})$/;

export function makeRefreshToken(secret: Buffer, { sessionId, generation }: RefreshClaims): string {
  return `${sessionId}.${generation}.${macOf(secret, sessionId, generation).toString('base64url')}`;
}

/** @returns undefined for whatever this server has not made */
export function readRefreshToken(secret: Buffer, token: string): RefreshClaims | undefined {
  const [, sessionId, number, mac] = TOKEN.exec(token) ?? [];
  if (sessionId === undefined || number === undefined || mac === undefined) return undefined;
  const generation = Number(number);
  const isGenuine = timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(secret, sessionId, generation));
  return isGenuine ? { sessionId, generation } : undefined;
}

function macOf(secret: Buffer, sessionId: string, generation: number): Buffer {
  return createHmac('sha256', secret).update(`vigie.refresh ${sessionId} ${generation}`).digest();
}

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

const TOKEN = /^(ses_[a-z\d]{12})\.(\d{1,10})\.[A-Za-z\d_-]{43}$/;

export function makeRefreshToken(secret: Buffer, { sessionId, generation }: RefreshClaims): string {
  const mac = createHmac('sha256', secret)
    .update(`vigie.refresh ${sessionId} ${generation}`)
    .digest('base64url');
  return `${sessionId}.${generation}.${mac}`;
}

/** @returns undefined for whatever this server has not made */
export function readRefreshToken(secret: Buffer, token: string): RefreshClaims | undefined {
  const [, sessionId, number] = TOKEN.exec(token) ?? [];
  if (sessionId === undefined || number === undefined) return undefined;
  const claims = { sessionId, generation: Number(number) };
  // Compared as text, so that there is one way to write a token: base64url leaves bits of its last character unused.
  const [given, genuine] = [Buffer.from(token), Buffer.from(makeRefreshToken(secret, claims))];
  return given.length === genuine.length && timingSafeEqual(given, genuine) ? claims : undefined;
}

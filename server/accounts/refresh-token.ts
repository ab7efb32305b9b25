/**
 * Refresh tokens: `session.number.mac`, where the MAC is HMAC-SHA256 under a secret of this installation. The store
 * keeps only the number of the newest token per session. It therefore does not grow with use, an issued token can be
 * told from a forged one, and the newest token can be issued again (see sessions.ts).
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

/** @returns undefined for a token that this server has not issued */
export function readRefreshToken(secret: Buffer, token: string): RefreshClaims | undefined {
  const [, sessionId, number] = TOKEN.exec(token) ?? [];
  if (sessionId === undefined) return undefined;
  const claims = { sessionId, generation: Number(number) };
  // Compared as text, so a token has one spelling only: base64url leaves bits of its last character unused.
  const [given, genuine] = [Buffer.from(token), Buffer.from(makeRefreshToken(secret, claims))];
  return given.length === genuine.length && timingSafeEqual(given, genuine) ? claims : undefined;
}

/**
 * Access tokens: JWTs (RFC 7519), valid for 15 minutes, that name the user and the sign-in. They contain no rights: rights are
 * looked up on each request, so a revoked right ends at once.
 *
 * Two audiences: `api` for the Authorization header, `media` for the cookie that `<img>` and `<video>` send. Neither is
 * accepted in place of the other.
 */

import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { VigieError } from '../errors.ts';
import { validate } from '../wire/validate.ts';

export type Audience = 'api' | 'media';

export interface TokenClaims {
  userId: string;
  /** The sign-in that issued the token. */
  sessionId: string;
  /** ms since the Unix epoch. */
  expiresAtMs: number;
}

/**
 * A page renews both together every 15 minutes. The media token lives longer because an `<img>` cannot request a new
 * one.
 */
export const LIFETIME_SECONDS = { api: 15 * 60, media: 60 * 60 } as const satisfies Record<Audience, number>;
/** Smaller steps of the clock are ignored. */
const CLOCK_LEEWAY_SECONDS = 60;
const ISSUER = 'vigie';
/** Pinned for signing and verifying: a token with another algorithm, or none, is not valid. */
const ALGORITHM = 'HS256';

const CLAIMS = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  jti: z.string().min(1),
  exp: z.number(),
});

export function signToken(
  secret: Buffer,
  audience: Audience,
  subject: { userId: string; sessionId: string },
  nowMs: number,
): string {
  const issuedAt = Math.floor(nowMs / 1000);
  return jwt.sign({ sid: subject.sessionId, iat: issuedAt }, secret, {
    algorithm: ALGORITHM,
    issuer: ISSUER,
    audience,
    subject: subject.userId,
    jwtid: randomUUID(),
    expiresIn: LIFETIME_SECONDS[audience],
  });
}

/** @throws VigieError `unauthorized` */
export function verifyToken(secret: Buffer, audience: Audience, token: string, nowMs: number): TokenClaims {
  let payload: unknown;
  try {
    payload = jwt.verify(token, secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience,
      clockTimestamp: Math.floor(nowMs / 1000),
    });
  } catch (error) {
    const detail =
      error instanceof jwt.TokenExpiredError ? 'the token has expired' : 'the token is not valid';
    throw new VigieError('unauthorized', detail, { cause: error });
  }
  const claims = validate(CLAIMS, payload);
  if (!claims.success) throw new VigieError('unauthorized', 'the token is not valid');
  const { sub: userId, sid: sessionId, exp } = claims.data;
  // Issued before the clock was set back: it would be valid for too long.
  if (exp - nowMs / 1000 > LIFETIME_SECONDS[audience] + CLOCK_LEEWAY_SECONDS)
    throw new VigieError('unauthorized', 'the token was issued in the future: check the clocks');
  return { userId, sessionId, expiresAtMs: exp * 1000 };
}

/** The owner, who signs in from home with the right password during the attack: the time until it works. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Counts, Finding, Stage } from './attack.ts';
import { call, type Answer } from '../support/http-call.ts';

/** In the LAN, behind the trusted proxy like all others. */
const HOME_ADDRESS = '192.168.1.20';
const MAX_MS = 10_000;
const PAUSE_MS = 4_000;
/** A client that must wait tries again after at most this time. */
const MAX_PATIENCE_MS = 1_000;

export async function ownerSignsIn({ port, ownerPassword }: Stage, untilMs: number): Promise<Finding[]> {
  const tookMs: number[] = [];
  await delay(PAUSE_MS);
  while (Date.now() < untilMs - MAX_MS || tookMs.length === 0) {
    tookMs.push(await signInOnce(port, ownerPassword));
    await delay(PAUSE_MS);
  }
  const inTime = tookMs.filter((ms) => ms <= MAX_MS).length;
  const worstMs = Math.max(...tookMs);
  const worst = Number.isFinite(worstMs)
    ? `at worst ${(worstMs / 1000).toFixed(1)} s`
    : 'at worst not at all';
  const text = `the owner signs in from home ${inTime} of ${tookMs.length} times within ${MAX_MS / 1000} s, ${worst}`;
  return [{ text, ...(inTime < tookMs.length && { broken: 'sign-in of the owner' }) }];
}

/** @returns ms until it worked; Infinity when it did not in time */
async function signInOnce(port: number, password: string): Promise<number> {
  const startedMs = Date.now();
  const body = { username: 'admin', password };
  for (;;) {
    const { status, retryAfterSeconds } = await call(port, {
      method: 'POST',
      path: '/api/auth/login',
      body,
      client: HOME_ADDRESS,
    });
    const elapsedMs = Date.now() - startedMs;
    if (status === 200) return elapsedMs;
    if (elapsedMs > MAX_MS) return Infinity;
    await delay(Math.min(MAX_PATIENCE_MS, Math.max(100, retryAfterSeconds * 1000)));
  }
}

/** Outcomes of the attackers' attempts. */
export function tallySignIn(counts: Counts, { status }: Answer): void {
  const outcome =
    { 401: 'wrong', 429: 'refused', 503: 'refused', 0: 'unanswered' }[status] ?? `status ${status}`;
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}

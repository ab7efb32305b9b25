/** Waits for a condition instead of a time. */

import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * @param condition asked every 20 ms until its answer is truthy
 * @returns that answer
 * @throws Error naming what was waited for, after `timeoutMs`
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer as Exclude<T, undefined | null | false | 0 | ''>;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await delay(POLL_MS);
  }
}

/** Waits for a condition instead of a time. */

import { setTimeout as delay } from 'node:timers/promises';

/** Most conditions become true within a few milliseconds; the pause grows by one with each check, up to this. */
const MAX_POLL_MS = 20;
const TIMEOUT_MS = 30_000;

type Condition<T> = () => T | Promise<T>;
type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>;

/**
 * @param what for the error; by default it shows the condition's source
 * @param condition called until its result is truthy, finally every 20 ms
 * @returns that result
 * @throws Error that names the condition, after `timeoutMs`
 */
export async function until<T>(what: string, condition: Condition<T>, timeoutMs?: number): Promise<Truthy<T>>;
export async function until<T>(condition: Condition<T>): Promise<Truthy<T>>;
export async function until<T>(
  what: string | Condition<T>,
  named?: Condition<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<Truthy<T>> {
  const condition = named ?? (what as Condition<T>);
  const deadline = performance.now() + timeoutMs;
  for (let looks = 1; ; looks++) {
    const answer = await condition();
    if (answer) return answer as Truthy<T>;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${String(what)}`);
    await delay(Math.min(looks, MAX_POLL_MS));
  }
}

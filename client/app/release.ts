/**
 * Which build of the app this page is, and which one the server has: after an upgrade the page is loaded anew, as soon as that
 * loses no input.
 *
 * Invariant: a server that goes on serving another build, as behind a proxy that mixes two, does not make the page reload again
 * and again.
 */

import { wallMs } from '../clock.ts';
import { BASE_PATH } from '../http/base-path.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';

const ENTRY = /\/assets\/[\w.-]+\.js/;
const TIMEOUT_MS = 5_000;
/** How often it is looked whether the input is finished. */
const HELD_INTERVAL_MS = 2_000;
const RELOAD_INTERVAL_MS = 60_000;
const RELOADED_AT = 'vigie-reloaded-at';

/** @returns undefined while the app is developed, and not built */
export function ownRelease(page: Document = document): string | undefined {
  const script = page.querySelector<HTMLScriptElement>('script[type=module][src]');
  return ENTRY.exec(script?.src ?? '')?.[0];
}

/** @returns undefined when the server does not answer */
export async function servedRelease(): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { accept: 'text/html' };
    const answer = await fetch(`${BASE_PATH}/`, { cache: 'no-store', headers, signal });
    return answer.ok ? ENTRY.exec(await answer.text())?.[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Loads the page anew, at most once a minute. */
export function reloadPage(): void {
  const nowMs = wallMs();
  const lastMs = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (Math.abs(nowMs - lastMs) < RELOAD_INTERVAL_MS) return;
  sessionStorage.setItem(RELOADED_AT, String(nowMs));
  location.reload();
}

/** Loads the page anew once the server has another build. @param holds whether that would lose input now */
export function watchRelease(signaling: Pick<SignalingClient, 'on' | 'epoch'>, holds: () => boolean): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const reload = (): void => {
    if (!holds()) reloadPage();
  };
  const look = async (): Promise<void> => {
    if (!(await isReplaced())) return;
    clearInterval(timer);
    timer = setInterval(reload, HELD_INTERVAL_MS);
    reload();
  };
  signaling.on('state', (state) => {
    // The server may have been upgraded while it was away; before the first opening, it has just sent this page.
    if (state !== 'open' || signaling.epoch === 1) return;
    void look();
  });
}

async function isReplaced(): Promise<boolean> {
  const own = ownRelease();
  const served = own === undefined ? undefined : await servedRelease();
  return served !== undefined && served !== own;
}

/** Whether something is being typed, or a dialog is open. */
export function hasInput(root: Document | ShadowRoot = document): boolean {
  const { activeElement } = root;
  if (!activeElement || activeElement === document.body) return false;
  if (activeElement.matches('input, textarea, select') || activeElement.closest('wa-dialog') !== null)
    return true;
  return activeElement.shadowRoot !== null && hasInput(activeElement.shadowRoot);
}

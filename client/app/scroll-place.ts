/**
 * Scrolls back to where a page was left, as soon as the page is as long as that: lists are longer once their data are here.
 * A user who scrolls meanwhile keeps that place.
 */

const MAX_WAIT_MS = 5_000;

/** @param page whose height changes @param scrollY pixels; 0: the top */
export function scrollBack(page: Element, scrollY: number): void {
  window.scrollTo(0, scrollY);
  if (scrollY === 0 || isThere(scrollY)) return;
  const stop = new AbortController();
  const { signal } = stop;
  const observer = new ResizeObserver(() => {
    window.scrollTo(0, scrollY);
    if (isThere(scrollY)) stop.abort();
  });
  observer.observe(page);
  signal.addEventListener('abort', () => observer.disconnect());
  for (const name of ['wheel', 'touchstart', 'keydown', 'pointerdown', 'popstate'])
    window.addEventListener(name, () => stop.abort(), { signal, passive: true });
  setTimeout(() => stop.abort(), MAX_WAIT_MS);
}

/** Rounded by some browsers. */
function isThere(scrollY: number): boolean {
  return Math.abs(window.scrollY - scrollY) <= 1;
}

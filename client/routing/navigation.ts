/**
 * The history API around routes.ts: links to our own pages are followed without loading anything, the back button leads to the
 * place on the page that was left, and everything else is left to the browser.
 *
 * Invariant: while a page holds, nothing leads away from it without asking first.
 */

import { Emitter } from '../emitter.ts';
import { parseRoute, routePath, type Reachable, type Route } from './routes.ts';
import { keptScrollY, keepScrollY } from './history-entry.ts';

/** Scrolling fires for each frame. */
const SCROLL_DELAY_MS = 100;

export class Navigation extends Emitter<{ change: Route }> {
  #route = parseRoute(location.pathname);
  #path = location.pathname;
  #scrolled: ReturnType<typeof setTimeout> | undefined;
  /** Set while leaving the page would lose something: asks whether to. */
  #mayLeave: (() => Promise<boolean>) | undefined;
  #asking = false;

  constructor() {
    super();
    history.scrollRestoration = 'manual';
    window.addEventListener('popstate', () => this.#onPop());
    window.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    document.addEventListener('click', (event) => this.#onClick(event));
    // Without https there is none.
    (navigator.serviceWorker as ServiceWorkerContainer | undefined)?.addEventListener('message', ({ data }) =>
      this.#onMessage(data),
    );
  }

  get route(): Route {
    return this.#route;
  }

  /** The place where the page was left, when the back button leads to it; else its top. */
  get scrollY(): number {
    return keptScrollY();
  }

  /** @param mayLeave asks whether to lose what is on the page; undefined: nothing would be lost */
  hold(mayLeave: (() => Promise<boolean>) | undefined): void {
    this.#mayLeave = mayLeave;
  }

  get isHeld(): boolean {
    return this.#mayLeave !== undefined;
  }

  go(route: Reachable): void {
    this.leave(() => this.#visit(routePath(route)));
  }

  /** Leads away from the page: at once, or after having asked. */
  leave(go: () => void): void {
    if (this.#mayLeave) void this.#ask(this.#mayLeave, go);
    else go();
  }

  async #ask(mayLeave: () => Promise<boolean>, go: () => void): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const leaves = await mayLeave();
    this.#asking = false;
    if (!leaves) return;
    this.#mayLeave = undefined;
    go();
  }

  #visit(path: string): void {
    clearTimeout(this.#scrolled);
    keepScrollY(window.scrollY);
    history.pushState(null, '', path);
    this.#follow();
  }

  /** A message from the service worker: a notification was clicked. */
  #onMessage(data: unknown): void {
    const path = (data as { goTo?: unknown } | null)?.goTo;
    if (typeof path !== 'string') return;
    const route = parseRoute(path);
    if (route.page !== 'unknown') this.go(route);
  }

  #onPop(): void {
    clearTimeout(this.#scrolled);
    if (!this.#mayLeave || location.pathname === this.#path) return this.#follow();
    // The browser has left already: back to the page, and to where it led once that is agreed to.
    history.pushState(null, '', this.#path);
    this.leave(() => history.back());
  }

  #onScroll(): void {
    clearTimeout(this.#scrolled);
    this.#scrolled = setTimeout(() => keepScrollY(window.scrollY), SCROLL_DELAY_MS);
  }

  #follow(): void {
    this.#path = location.pathname;
    this.#route = parseRoute(location.pathname);
    this.emit('change', this.#route);
  }

  #onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    if (!link || link.origin !== location.origin || link.target || link.hasAttribute('download')) return;
    if (parseRoute(link.pathname).page === 'unknown') return;
    event.preventDefault();
    if (link.pathname === location.pathname) return;
    const { pathname } = link;
    this.leave(() => this.#visit(pathname));
  }
}

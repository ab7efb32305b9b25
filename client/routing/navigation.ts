/**
 * The history API around routes.ts: links to our own pages are followed without loading anything, the back button works,
 * and everything else is left to the browser.
 */

import { Emitter } from '../emitter.ts';
import { parseRoute, routePath, type Reachable, type Route } from './routes.ts';

export class Navigation extends Emitter<{ change: Route }> {
  #route = parseRoute(location.pathname);

  constructor() {
    super();
    window.addEventListener('popstate', () => this.#follow());
    document.addEventListener('click', (event) => this.#onClick(event));
    // Without https there is none.
    (navigator.serviceWorker as ServiceWorkerContainer | undefined)?.addEventListener('message', ({ data }) =>
      this.#onMessage(data),
    );
  }

  get route(): Route {
    return this.#route;
  }

  go(route: Reachable): void {
    history.pushState(null, '', routePath(route));
    this.#follow();
  }

  /** A message from the service worker: a notification was clicked. */
  #onMessage(data: unknown): void {
    const path = (data as { goTo?: unknown } | null)?.goTo;
    if (typeof path !== 'string') return;
    const route = parseRoute(path);
    if (route.page !== 'unknown') this.go(route);
  }

  #follow(): void {
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
    history.pushState(null, '', link.pathname);
    this.#follow();
  }
}

/** Renders an element again whenever its data has changed, as long as it is on the page. */

import type { ReactiveControllerHost } from 'lit';

/** @param subscribe is called when the host comes onto the page, what it returns when the host leaves */
export function listen(host: ReactiveControllerHost, subscribe: (update: () => void) => () => void): void {
  let unsubscribe: (() => void) | undefined;
  host.addController({
    hostConnected() {
      unsubscribe ??= subscribe(() => host.requestUpdate());
    },
    hostDisconnected() {
      unsubscribe?.();
      unsubscribe = undefined;
    },
  });
}

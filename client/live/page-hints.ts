/**
 * Page, network and storage hints of the browser, reduced to the questions of the live view: is the page visible, may the path
 * to the server have changed, and has another page of this device changed a setting?
 */

export interface PageHints {
  /** Also called at once when the page becomes visible; when it is hidden only after a while. */
  onHidden: (hidden: boolean) => void;
  /** The page or the network is back: waiting attempts should start now. */
  onWake: () => void;
  onNetworkChange: () => void;
  onStorageChange: () => void;
}

/** Only after a while: a short look at another tab needs no new connection. */
const HIDDEN_AFTER_MS = 20_000;

/** Chromium on Android and ChromeOS tells the type of the network; elsewhere the property is missing. */
type NavigatorWithConnection = Navigator & { connection?: EventTarget & { type?: string } };

/** @returns stops watching; idempotent */
export function watchPage(hints: PageHints): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener(
    'visibilitychange',
    () => {
      clearTimeout(timer);
      if (document.hidden) {
        timer = setTimeout(() => hints.onHidden(true), HIDDEN_AFTER_MS);
      } else {
        hints.onWake();
        hints.onHidden(false);
      }
    },
    { signal },
  );
  const networkChanged = (): void => {
    hints.onWake();
    hints.onNetworkChange();
  };
  window.addEventListener('online', networkChanged, { signal });
  // Fired only in the other pages.
  window.addEventListener('storage', () => hints.onStorageChange(), { signal });
  const { connection } = navigator as NavigatorWithConnection;
  let type = connection?.type;
  connection?.addEventListener(
    'change',
    () => {
      // It also fires for every new estimate of the bandwidth.
      if (connection.type !== type) networkChanged();
      type = connection.type;
    },
    { signal },
  );
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

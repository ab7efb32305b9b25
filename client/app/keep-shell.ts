/** Installs the service worker, which keeps the files of the app; where there is none, the app needs the server for each page. */

import { BASE_PATH } from '../http/base-path.ts';

export function keepShell(): void {
  // Service workers exist over https and on localhost only.
  if (!('serviceWorker' in navigator) || !window.isSecureContext) return;
  // The first picture comes first.
  if (document.readyState === 'complete') install();
  else window.addEventListener('load', install, { once: true });
}

function install(): void {
  navigator.serviceWorker.register(`${BASE_PATH}/service-worker.js`).catch(() => undefined);
}

/**
 * Shows push messages of the server, and opens their page, also when no page is open; and keeps the app's own files
 * (shell-cache.ts).
 */

import { readPush } from './read-push.ts';
import { ShellCache } from './shell-cache.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const shell = new ShellCache(basePath());

// A new version takes over at once: old pages do not depend on the worker.
worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => {
  // The browser asks for a page while it starts this worker.
  event.waitUntil(worker.registration.navigationPreload.enable().catch(() => undefined));
  event.waitUntil(worker.clients.claim().then(() => shell.refresh()));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== worker.location.origin) return;
  if (shell.keeps(request)) event.respondWith(shell.file(request));
  if (!shell.opensPage(request)) return;
  event.respondWith(shell.page(request, event.preloadResponse as Promise<Response | undefined>));
  event.waitUntil(shell.refresh());
});

worker.addEventListener('push', (event) => {
  const { title, body, path, tag } = readPush(event.data?.text(), basePath());
  event.waitUntil(
    worker.registration.showNotification(title, {
      body,
      tag,
      icon: `${basePath()}/icon-192.png`,
      badge: `${basePath()}/badge.png`,
      // A notification that replaces another one also alerts the user.
      renotify: true,
      data: { path },
    } as NotificationOptions),
  );
});

worker.addEventListener('notificationclick', (event) => {
  const { notification } = event;
  notification.close();
  event.waitUntil(open((notification.data as { path: string }).path));
});

/** The path of the app: the worker is in its folder and handles the paths below it. */
function basePath(): string {
  return new URL(worker.registration.scope).pathname.replace(/\/$/, '');
}

/** In an open window, if there is one: its picture continues. */
async function open(path: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const shown = windows.find(({ focused }) => focused) ?? windows[0];
  if (!shown) {
    await worker.clients.openWindow(path);
    return;
  }
  // All windows of this worker have its origin.
  shown.postMessage({ goTo: path }, []);
  await shown.focus();
}

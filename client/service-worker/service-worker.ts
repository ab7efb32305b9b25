/**
 * Shows what the server pushes, and opens the page of it. It runs when no page is open, and keeps nothing: the app needs the
 * server for everything it shows.
 */

import { readPush } from './read-push.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

// A new version takes over at once: there is nothing an old page could miss.
worker.addEventListener('install', () => void worker.skipWaiting());

worker.addEventListener('push', (event) => {
  const { title, body, path, tag } = readPush(event.data?.text(), basePath());
  event.waitUntil(
    worker.registration.showNotification(title, {
      body,
      tag,
      icon: `${basePath()}/icon-192.png`,
      badge: `${basePath()}/badge.png`,
      // One that takes the place of another is news too.
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

/** In a window that is open already, if there is one: its picture goes on. */
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

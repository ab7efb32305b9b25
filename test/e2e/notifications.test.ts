/**
 * Notifications in a real browser: its service worker, its permission, what it shows and where a click leads. Browsers' push
 * services are on the internet, so the subscription alone is stood in for, and the browser's own tools deliver the message.
 */

import assert from 'node:assert/strict';
import { createECDH, randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import type { CDPSession } from 'playwright-core';
import type { NotificationsView } from '../../server/wire/notification.ts';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const browser = await TestBrowser.launch({ isBrowser: true });
const page = await browser.open(server.url);
const { page: tab, context } = page;
after(async () => {
  await browser.close();
  await server.stop();
  // Chromium says so where it refuses to subscribe.
  browser.assertNoProblems(/Push API in incognito mode/);
});

const stateIs = (state: string): Promise<void> =>
  tab.locator(`[data-testid=this-device][data-state=${state}]`).waitFor();

function shownNotifications(): Promise<{ title: string; body: string; tag: string; path: string }[]> {
  return tab.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, tag, data }) => ({
      title,
      body,
      tag,
      path: (data as { path: string }).path,
    }));
  });
}

/** Hands the service worker a push message, as the browser does when its push service has one. */
async function delivery(): Promise<(data: string) => Promise<void>> {
  // A message for a worker that is not active yet is lost.
  await tab.evaluate(async () => void (await navigator.serviceWorker.ready));
  const cdp: CDPSession = await context.newCDPSession(tab);
  const registered = Promise.withResolvers<string>();
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    const [registration] = registrations;
    if (registration) registered.resolve(registration.registrationId);
  });
  await cdp.send('ServiceWorker.enable');
  const registrationId = await registered.promise;
  const { origin } = new URL(server.url);
  return (data) =>
    cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data }).then(() => undefined);
}

test('a user chooses the notifications', async () => {
  tab.setDefaultTimeout(8_000);
  await page.signIn('admin', server.password);
  await tab.getByTestId('user-menu').click();
  await tab.getByTestId('notifications').click();
  await stateIs('off');
  await tab.locator('[data-testid=notified-kind][data-value=offline]').click();
  await tab.getByTestId('notified-security').click();
  await tab.getByTestId('all-cameras').click();
  await tab.getByTestId('save-notifications').click();
  await tab.getByText('Select at least one camera.').waitFor();
  await tab.getByTestId('chosen-camera').click();
  await tab.getByTestId('quiet-hours').click();
  await tab.locator('wa-input[name=from] input').fill('21:30');
  await tab.getByTestId('save-notifications').click();
  await tab.getByText('Saved.').waitFor();
  const { settings } = await admin.request<NotificationsView>('GET', '/notifications');
  assert.deepEqual(settings, {
    kinds: ['motion', 'off', 'detection'],
    detections: [],
    cameraIds: [door.id],
    quiet: [{ days: [0, 1, 2, 3, 4, 5, 6], from: '21:30', to: '07:00' }],
    pauseSeconds: 60,
    security: false,
  });
});

test('a browser whose push service is out of reach says so', async () => {
  await context.grantPermissions(['notifications']);
  await tab.getByTestId('tell-this-device').click();
  await tab.getByText('The push service of this browser is not available').waitFor();
  await stateIs('off');
});

test('a device is told until it is turned off', async () => {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  // In place of the answer of the browser's push service.
  await tab.evaluate(
    (json) => {
      let current: object | null = null;
      const subscription = {
        ...json,
        options: { applicationServerKey: null },
        toJSON: () => json,
        unsubscribe: () => {
          current = null;
          return Promise.resolve(true);
        },
      };
      Object.assign(PushManager.prototype, {
        subscribe: () => Promise.resolve((current = subscription)),
        getSubscription: () => Promise.resolve(current),
      });
    },
    {
      // No such host, ever (RFC 6761).
      endpoint: 'https://push.invalid/device',
      keys: { p256dh: keys.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
    },
  );
  await tab.getByTestId('tell-this-device').click();
  await stateIs('on');
  assert.equal((await admin.request<NotificationsView>('GET', '/notifications')).deviceIds.length, 1);
  await tab.getByTestId('try-notifications').click();
  await tab.getByText('A test notification was sent').waitFor();
  await tab.getByTestId('forget-this-device').click();
  await tab.getByTestId('confirm-dialog').getByTestId('dialog-submit').click();
  await stateIs('off');
  assert.deepEqual((await admin.request<NotificationsView>('GET', '/notifications')).deviceIds, []);
});

test('a pushed notification is shown, the newest of a camera in place of the one before', async () => {
  const deliver = await delivery();
  const push = { title: 'Front door', body: 'Motion', path: `/camera/${door.id}`, tag: door.id };
  await deliver(JSON.stringify(push));
  await until('it is shown', async () => (await shownNotifications()).length === 1);
  await deliver(JSON.stringify({ ...push, body: 'Motion in Gate' }));
  await until(
    'the newer one is shown',
    async () => (await shownNotifications())[0]?.body === 'Motion in Gate',
  );
  assert.deepEqual(await shownNotifications(), [{ ...push, body: 'Motion in Gate' }]);
  await deliver('no JSON');
  await until('something is shown nevertheless', async () =>
    (await shownNotifications()).some(({ body }) => body === 'New event.'),
  );
});

test('a click on it leads to the camera, in the window that is open', async () => {
  const [worker] = context.serviceWorkers();
  assert.ok(worker);
  await worker.evaluate(async (tag) => {
    const scope = globalThis as unknown as {
      registration: { getNotifications(filter: { tag: string }): Promise<unknown[]> };
      NotificationEvent: new (type: string, init: { notification: unknown }) => Event;
      dispatchEvent(event: Event): boolean;
    };
    const [notification] = await scope.registration.getNotifications({ tag });
    scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }));
  }, door.id);
  await tab.waitForURL(`**/camera/${door.id}`);
  await until('it is not shown any more', async () =>
    (await shownNotifications()).every(({ tag }) => tag !== door.id),
  );
});

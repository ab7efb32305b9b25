/** A report of an analyser, as people see it: a box over the live picture, an event in the list, and a label to filter by. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import type { NotificationsView } from '../../server/wire/notification.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const camera = await admin.addCamera('Front door');
const device = startCamera(server.cameraUrl, camera);
const browser = await TestBrowser.launch();
const own = await browser.open(server.url);
const { page } = own;
after(async () => {
  await browser.close();
  await device.stop();
  await server.stop();
  browser.assertNoProblems();
});

const { secret } = await admin.request<MadeApiKey>('POST', '/keys', {
  name: 'Yard analyser',
  cameras: [{ cameraId: camera.id, rights: ['analyse'] }],
});
const box = page.getByTestId('detection');
const toggle = (appearance: 'filled' | 'plain') =>
  page.locator(`[data-testid=toggle-detections][appearance=${appearance}]`);

async function report(label: string, x: number): Promise<void> {
  const answer = await fetch(`${server.url}/api/cameras/${camera.id}/detections`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      capturedAtMs: Date.now(),
      boxes: [{ label, score: 0.87, x, y: 0.3, width: 0.2, height: 0.5 }],
    }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

const boxAppears = (): Promise<true> =>
  until('a box is shown', async () => {
    await report('person', 0.2);
    return box.waitFor({ timeout: 1_000 }).then(
      () => true as const,
      () => false,
    );
  });

test('boxes are over the live picture, and a button hides them, also the next time', async () => {
  await own.signIn('admin', server.password);
  await own.tile(camera.id).getByTestId('camera-link').click();
  await boxAppears();
  assert.equal((await box.first().textContent())?.trim(), 'person 87 %');
  const inPicture = await box.first().evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const area = (element.parentElement as HTMLElement).getBoundingClientRect();
    return [
      (left - area.left) / area.width,
      (top - area.top) / area.height,
      width / area.width,
      height / area.height,
    ];
  });
  for (const [index, share] of [0.2, 0.3, 0.2, 0.5].entries())
    assert.ok(Math.abs((inPicture[index] ?? 0) - share) < 0.02, inPicture.join(' '));
  await toggle('filled').click();
  await toggle('plain').waitFor();
  await page.reload();
  await toggle('plain').waitFor();
  assert.equal(await page.locator('vigie-detections').count(), 0);
  await toggle('plain').click();
  await boxAppears();
});

test('the event is in the list with label, analyser and picture, and its label is a filter', async () => {
  await page.goto(`${server.url}/events`);
  const events = page.getByTestId('event');
  const person = events.filter({ hasText: 'Front door: Person' }).first();
  await person.filter({ hasText: '87 % sure, by “Yard analyser”' }).waitFor();
  const picture = person.locator('img');
  await until(
    'its picture is there',
    async () => (await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)) === 240,
  );
  await report('dog', 0.7);
  await events.filter({ hasText: 'Front door: Dog' }).waitFor();
  await page.getByTestId('event-kind').click();
  await page.getByRole('option', { name: 'Dog' }).click();
  await events.filter({ hasText: 'Person' }).first().waitFor({ state: 'detached' });
  await events.filter({ hasText: 'Front door: Dog' }).waitFor();
});

test('a rule of a camera that was removed does not keep the settings from being saved', async () => {
  const gone = await admin.addCamera('Shed');
  const { settings } = await admin.request<NotificationsView>('GET', '/notifications');
  const rule = { label: 'person', cameraIds: [gone.id], hours: [] };
  await admin.request('PUT', '/notifications', { ...settings, detections: [rule] });
  await admin.request('DELETE', `/cameras/${gone.id}`);
  await page.goto(`${server.url}/notifications`);
  await page.getByTestId('add-rule').getByText('Add another').click();
  await page.getByTestId('save-notifications').click();
  await page.getByText('Saved.').waitFor();
  const saved = await admin.request<NotificationsView>('GET', '/notifications');
  assert.deepEqual(saved.settings.detections, [rule, { ...rule, cameraIds: [] }]);
});

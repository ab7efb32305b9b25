/** Two people in two time zones look at one site in a third: both read its times, and are told of the zone. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { EventView } from '../../server/wire/event.ts';
import { TestBrowser, type TestPage } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

/** Three quarters of an hour off the whole one, so that no other zone here shows the same minutes. */
const SITE = 'Asia/Kathmandu';
const LATER_SITE = 'Pacific/Marquesas';
const GUEST = { username: 'guest', password: 'a guest of this house' };

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
await admin.request('PUT', '/site/time-zone', { timeZone: SITE });
const door = await admin.addCamera('Door');
await admin.request('PUT', `/cameras/${door.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
await admin.request('POST', '/users', {
  ...GUEST,
  role: 'viewer',
  cameras: [{ cameraId: door.id, rights: ['live', 'lookBack', 'events'] }],
});
const camera = startCamera(server.cameraUrl, door);
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

const inZone = (timezoneId: string): Promise<TestPage> =>
  browser.open(server.url, undefined, { timezoneId, locale: 'en-GB' });
const event = async (): Promise<EventView | undefined> =>
  (await admin.request<EventView[]>('GET', `/cameras/${door.id}/events`))[0];
const timeIn = (timeZone: string, ms: number): string =>
  new Date(ms).toLocaleTimeString('en-GB', { timeZone });

const guest = await inZone('America/St_Johns');
await guest.signIn(GUEST.username, GUEST.password);
const own = await inZone('Europe/Paris');
await own.signIn('admin', server.password);
for (const { page } of [guest, own]) page.setDefaultTimeout(10_000);

test('events have the time of the site, and beside them its zone', async () => {
  await guest.untilStatus(door.id, 'live');
  camera.process.kill('SIGUSR2');
  const { startedAtMs } = await until('there is an event', event);
  await guest.page.goto(`${server.url}/events`);
  await guest.page.getByTestId('event').getByText(timeIn(SITE, startedAtMs)).waitFor();
  await guest.page.getByTestId('times-zone').getByText(`${SITE} (GMT+5:45)`).waitFor();
  await guest.page.getByTestId('times-zone').getByText('America/St_Johns').waitFor();
});

test('recordings have the time of the site on every mark of the timeline', async () => {
  await guest.page.getByTestId('event').locator('a').click();
  await guest.page.getByTestId('times-zone').getByText(SITE).waitFor();
  await assertMarks(guest, SITE);
  const shown = await guest.page.getByTestId('moment').textContent();
  const { startedAtMs } = (await event()) ?? assert.fail('no event');
  // It plays on from a moment before.
  const seconds = Array.from({ length: 60 }, (_, second) => timeIn(SITE, startedAtMs + (second - 3) * 1000));
  assert.ok(
    seconds.some((time) => shown?.includes(time)),
    `${shown} and not ${seconds[0]}`,
  );
});

test('another zone is on every open page at once', async () => {
  await own.page.getByTestId('user-menu').click();
  await own.page.getByTestId('notifications').click();
  await own.page.getByTestId('quiet-hours').click();
  await own.page.getByTestId('change-zone').click();
  await own.page.getByTestId('zones').selectOption(LATER_SITE);
  await guest.page.getByTestId('times-zone').getByText(`${LATER_SITE} (GMT-9:30)`).waitFor();
  await assertMarks(guest, LATER_SITE);
});

test('a device in the zone of the site shows no zones', async () => {
  const local = await inZone(LATER_SITE);
  await local.signIn(GUEST.username, GUEST.password);
  await local.page.goto(`${server.url}/events`);
  const { startedAtMs } = (await event()) ?? assert.fail('no event');
  await local.page.getByTestId('event').getByText(timeIn(LATER_SITE, startedAtMs)).waitFor();
  assert.equal(await local.page.getByTestId('times-zone').count(), 0);
});

async function assertMarks({ page }: TestPage, timeZone: string): Promise<void> {
  const marks = await page.locator('vigie-timeline').evaluate((element) => {
    const { scale } = element as unknown as { scale: { fromMs: number; toMs: number } };
    const svg = element.shadowRoot?.querySelector('svg');
    const width = svg?.getBoundingClientRect().width ?? 0;
    return [...(svg?.querySelectorAll('text') ?? [])].map((text) => ({
      label: text.textContent,
      ms: scale.fromMs + ((Number(text.getAttribute('x')) - 4) / width) * (scale.toMs - scale.fromMs),
    }));
  });
  assert.ok(marks.length > 3, `${marks.length} marks`);
  for (const { label, ms } of marks) {
    const time = timeIn(timeZone, Math.round(ms / 1000) * 1000);
    if (time !== '00:00:00') assert.equal(label, time.slice(0, label?.length));
  }
}

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, test } from 'node:test';
import { timeCodeDifferenceUs, timeCodeOf } from '../../server/wire/time-code.ts';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const [door, garden] = [await admin.addCamera('Front door'), await admin.addCamera('Garden')];
const cameras = [
  startCamera(server.cameraUrl, door, FULL_RATE),
  startCamera(server.cameraUrl, garden, FULL_RATE),
];
const page = await browser.open(server.url);
after(async () => {
  await browser.close();
  for (const camera of cameras) await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

/** Generous: it distinguishes a live picture from a frozen or queued one, and measures no speed. */
const MAX_AGE_US = 3_000_000;
const ageUs = (code: number) => timeCodeDifferenceUs(timeCodeOf(Date.now() * 1000), code);

test('after signing in, two cameras show moving pictures', async () => {
  await page.signIn('admin', server.password);
  for (const { id } of [door, garden]) {
    await page.untilStatus(id, 'live');
    const first = await page.nextTimeCode(id);
    const second = await page.nextTimeCode(id);
    assert.ok(timeCodeDifferenceUs(second, first) > 0, 'time goes forward in the picture');
  }
});

test('the picture shows the time code that was just sent', async () => {
  for (const { id } of [door, garden]) {
    for (let i = 0; i < 10; i++) {
      const age = ageUs(await page.nextTimeCode(id));
      assert.ok(age > -1000 && age < MAX_AGE_US, `the picture is ${age / 1000} ms old`);
    }
  }
});

test('both cameras share one transport', async () => {
  const { sfu } = await admin.status();
  assert.equal(sfu.transports, 1);
  assert.equal(sfu.consumers, 2);
  for (const { id } of [door, garden]) assert.equal(await page.source(id), 'video', 'not the fallback');
});

test('a third camera is added in the page and shown while the others continue', async () => {
  const { page: tab } = page;
  await tab.getByTestId('add-camera').click();
  await tab.locator('[data-testid=camera-name-input] input').fill('Bird house');
  await tab.getByTestId('dialog-submit').click();
  const id = await shownValue('camera-id');
  const key = await shownValue('camera-key');
  assert.match(key, /^[\w-]{43}$/);
  assert.ok((await shownValue('camera-configuration')).includes(key), 'ready to copy into the firmware');
  await tab.getByTestId('dialog-done').click();
  const birds = (await admin.cameras()).find((camera) => camera.id === id);
  assert.ok(birds);
  assert.equal(birds.name, 'Bird house');
  assert.equal(await page.status(id), 'offline');
  cameras.push(startCamera(server.cameraUrl, { ...birds, key }, FULL_RATE));
  await page.untilStatus(id, 'live');
  await page.nextTimeCode(id);
  for (const other of [door, garden]) await page.nextTimeCode(other.id);
});

async function shownValue(testId: string): Promise<string> {
  const field = page.page.getByTestId(testId).getByTestId('copy-value');
  return ((await field.textContent()) ?? '').trim();
}

/** Width of the rung that is sent to a tile of this page. */
const TILE_WIDTH = 480;
/** As wide as its camera takes it, or as a tile shows it. */
const sized = (width: number) =>
  until(`the picture is ${width} pixels wide`, async () => {
    const shown = await page.videoWidth(door.id);
    return shown === width || (width > TILE_WIDTH && shown === TILE_WIDTH);
  });

test('a camera is set to another frame size while it is watched, and keeps it', async () => {
  await sized(640);
  for (const [frameSize, width] of [
    ['QVGA', 320],
    ['SVGA', 800],
    ['VGA', 640],
  ] as const) {
    await admin.request('POST', `/cameras/${door.id}/settings`, { frameSize });
    await sized(width);
    assert.ok(ageUs(await page.nextTimeCode(door.id)) < MAX_AGE_US);
  }
});

test('a camera that stops goes offline, and returns by itself', async () => {
  await cameras[1]?.stop();
  await page.untilStatus(garden.id, 'offline');
  await page.nextTimeCode(door.id);
  cameras[1] = startCamera(server.cameraUrl, garden, FULL_RATE);
  await page.untilStatus(garden.id, 'live');
  assert.ok(ageUs(await page.nextTimeCode(garden.id)) < MAX_AGE_US);
});

test('a killed codec process freezes the picture for a moment only', async () => {
  const { codecPids } = await admin.status();
  assert.ok(codecPids.length > 0);
  for (const pid of codecPids) process.kill(pid, 'SIGKILL');
  for (const { id } of [door, garden]) {
    const code = await page.nextTimeCode(id);
    await until('a newer picture is shown', async () => {
      const newer = await page.timeCode(id);
      return newer !== undefined && timeCodeDifferenceUs(newer, code) > 1_000_000;
    });
    assert.ok(ageUs(await page.nextTimeCode(id)) < MAX_AGE_US);
  }
  const { codecPids: newPids } = await admin.status();
  assert.ok(newPids.every((pid) => !codecPids.includes(pid)));
});

test('a removed camera disappears from the page', async () => {
  await admin.request('DELETE', `/cameras/${garden.id}`);
  await page.untilStatus(garden.id, undefined);
  await page.nextTimeCode(door.id);
});

test('a phone in the same network shows the picture too, without TLS', async (t) => {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const lan = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  if (!lan) return t.skip('this machine has no address but its own');
  const phone = await browser.open(server.url.replace('localhost', lan.address));
  assert.equal(await phone.page.evaluate(() => isSecureContext), false, 'the browser trusts this page less');
  await phone.signIn('admin', server.password);
  await phone.untilStatus(door.id, 'live');
  await phone.nextTimeCode(door.id);
  await phone.close();
});

test('the page recovers without a reload after the server was killed and restarted', async () => {
  await page.page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await server.kill();
  await page.page.getByTestId('reconnecting').waitFor();
  await server.start();
  await page.untilStatus(door.id, 'live', 40_000);
  await until('the picture is fresh', async () => ageUs(await page.nextTimeCode(door.id)) < MAX_AGE_US);
  assert.equal(await page.page.evaluate(() => 'notReloaded' in window), true);
  await page.page.getByTestId('reconnecting').waitFor({ state: 'hidden' });
});

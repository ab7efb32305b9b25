import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { TestBrowser } from '../support/browser.ts';
import { Child } from '../support/child-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const CREDENTIALS = { VIGIE_LEGACY_USERNAME: 'esp32', VIGIE_LEGACY_PASSWORD: 'workshop' };
const port = 8880;
const footage = process.env['VIGIE_FOOTAGE_DIR'];
const pictures = footage && join(footage, 'pedestrians-vga.mjpeg');
const server = await ServerProcess.start({
  env: CREDENTIALS,
  files: { 'server-config.json': JSON.stringify({ 'camera-number': 2, 'camera-start-port': port }) },
});
const browser = await TestBrowser.launch();
const page = await browser.open(server.url);
const cameras: Child[] = [];
after(async () => {
  await browser.close();
  for (const camera of cameras) await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

function legacyCamera(toPort: number, password: string): Child {
  const options = pictures && existsSync(pictures) ? ['--footage', pictures] : [];
  const camera = new Child(
    'server/virtual-camera/main.ts',
    ['--legacy', '--url', `ws://localhost:${toPort}`, ...options],
    { env: { ...CREDENTIALS, VIGIE_LEGACY_PASSWORD: password } },
  );
  cameras.push(camera);
  return camera;
}

test('a legacy camera is live in the page', async (t) => {
  if (!pictures) t.diagnostic('without real footage: VIGIE_FOOTAGE_DIR is not set, a drawn scene stands in');
  await page.signIn('admin', server.password);
  await page.untilStatus(`seed-${port}`, 'offline');
  legacyCamera(port, CREDENTIALS.VIGIE_LEGACY_PASSWORD);
  await page.untilStatus(`seed-${port}`, 'live');
  const decoded = (await page.videoStats()).framesDecoded;
  await until(
    'fifty more frames are shown',
    async () => (await page.videoStats()).framesDecoded > decoded + 50,
  );
});

const wrong: [name: string, query: string][] = [
  ['no credentials', ''],
  ['empty values', '?password=&username='],
  ['the values themselves instead of their MD5', '?password=workshop&username=esp32'],
  ['another password', `?password=${'0'.repeat(32)}&username=3b5d5c3712955042212316173ccf37be`],
];
for (const [name, query] of wrong) {
  test(`a legacy port refuses ${name}`, async () => {
    const socket = new WebSocket(`ws://localhost:${port + 1}/${query}`);
    const [what] = (await Promise.race([once(socket, 'error'), once(socket, 'close')])) as [Error | number];
    assert.notEqual(what, undefined);
    assert.notEqual(socket.readyState, socket.OPEN);
    assert.equal(await page.status(`seed-${port + 1}`), 'offline');
  });
}

test('messages that a viewer sends to a legacy port have no effect, and the picture continues', async () => {
  const socket = new WebSocket(`ws://localhost:${port}/`);
  await Promise.race([once(socket, 'error'), once(socket, 'close')]);
  const decoded = (await page.videoStats()).framesDecoded;
  await until('the picture runs on', async () => (await page.videoStats()).framesDecoded > decoded + 10);
});

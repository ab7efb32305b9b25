import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { ALWAYS_ADMITTED } from '../../server/core/admission.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import type { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-test-'));
const loadFile = join(folder, 'busy');
const server = await ServerProcess.start({
  env: {
    NODE_OPTIONS: `--import=${resolve(import.meta.dirname, '../support/pretend-load.mjs')}`,
    VIGIE_TEST_LOAD_FILE: loadFile,
  },
});
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door);
const others: SignalingSocket[] = [];
after(async () => {
  for (const socket of others) socket.close();
  await browser.close();
  await camera.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  browser.assertNoProblems();
});

const state = async () => (await admin.status()).capacity;

test('the page says that the server is full and how many watch, and shows the camera as soon as there is room', async () => {
  const early = await browser.open(server.url);
  await early.signIn('admin', server.password);
  await early.untilStatus(door.id, 'live');
  for (let i = 1; i < ALWAYS_ADMITTED; i++) {
    const socket = await admin.signaling();
    others.push(socket);
    await socket.request('watchFrames', { cameraId: door.id, maxFps: 1 });
  }
  writeFileSync(loadFile, '');
  await until('the server is full', async () => (await state()).state === 'full');

  const late = await browser.open(server.url);
  await late.signIn('admin', server.password);
  const status = late.tile(door.id).getByTestId('camera-status');
  await until('the page says so', async () =>
    /^Full: 8 are watching\. Trying again…$/.test((await status.innerText()).trim()),
  );
  const { refused } = await state();
  assert.ok(refused > 0);
  await until('it asks again', async () => (await state()).refused > refused);
  assert.equal(await late.source(door.id), 'video', 'it does not try the fallback');
  assert.equal((await state()).streams, ALWAYS_ADMITTED);
  await early.untilStatus(door.id, 'live');

  const checking = await browser.open(`${server.url}/connection`);
  await checking.signIn('admin', server.password);
  const verdict = checking.page.getByTestId('check-verdict');
  await verdict.getByText('The server is full').waitFor({ timeout: 30_000 });
  await verdict.getByText('8 viewers are watching').waitFor();

  rmSync(loadFile);
  await late.untilStatus(door.id, 'live', 60_000);
  // Pictures may be there before the first video.
  await until('video is shown', async () => (await late.source(door.id)) === 'video');
  // A machine with other work may really be full for a moment.
  await until('the server has room', async () => (await state()).state === 'open');
  for (const page of [early, late, checking]) await page.close();
});

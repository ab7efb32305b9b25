/** Looking back at a camera whose sensor hung: the page says that the picture is no proof. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { RecordingGap, Timeline } from '../../server/wire/recording.ts';
import { TestBrowser } from '../support/browser.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = await ScriptedCamera.connect(server.cameraUrl, door);
const page = await browser.open(server.url);
await page.signIn('admin', server.password);
const { page: tab } = page;
after(async () => {
  await browser.close();
  camera.close();
  await server.stop();
  browser.assertNoProblems();
});

async function mark(): Promise<RecordingGap | undefined> {
  const range = `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`;
  const { gaps } = await admin.request<Timeline>('GET', `/cameras/${door.id}/timeline?${range}`);
  return gaps.find(({ reason }) => reason === 'cameraFrozen');
}

test('a recording of the same picture over and over is marked on the timeline, and beside its picture', async () => {
  await admin.request('PUT', `/cameras/${door.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
  camera.play();
  await tab.goto(`${server.url}/camera/${door.id}/recordings`);
  const segments = tab.locator('vigie-timeline .segment');
  await until('something is recorded', async () => (await segments.count()) > 0);
  camera.freeze();
  await until('the sensor hangs for long enough', async () => (await mark()) !== undefined);
  camera.play();
  const over = await until('a new picture has come', async () => {
    const found = await mark();
    return found !== undefined && found.endMs !== null && { ...found, endMs: found.endMs };
  });
  assert.ok(over.endMs - over.startMs >= 9_000, `${over.endMs - over.startMs} ms`);

  const at = Math.round((over.startMs + over.endMs) / 2);
  await tab.goto(`${server.url}/camera/${door.id}/recordings/${at}`);
  await tab.getByTestId('frozen-recording').getByText('the same picture repeatedly').waitFor();
  await tab.locator('vigie-timeline .gap.cameraFrozen').waitFor();
});

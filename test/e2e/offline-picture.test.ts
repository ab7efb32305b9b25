/** The last picture of a camera that is away, over a restart of the server. */

import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

test('a camera that is away when the server starts shows what it saw last', async () => {
  const camera = await ScriptedCamera.connect(server.cameraUrl, door);
  camera.play();
  await until('its pictures come', async () => (await admin.cameras())[0]?.status === 'online');
  await server.child.stop();
  camera.close();
  await server.start();
  const tab = await browser.open(server.url);
  await tab.signIn('admin', server.password);
  await tab.untilStatus(door.id, 'offline');
  await tab.tile(door.id).getByTestId('camera-age').getByText('old').waitFor();
  await until('the picture is there', () =>
    tab
      .tile(door.id)
      .locator('img')
      .evaluate((picture) => (picture as unknown as HTMLImageElement).naturalWidth > 0),
  );
  await tab.close();
});

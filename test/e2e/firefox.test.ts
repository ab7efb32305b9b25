import assert from 'node:assert/strict';
import { timeCodeDifferenceUs } from '../../server/wire/time-code.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { Firefox, firefoxTest } from '../support/firefox.ts';
import { ServerProcess } from '../support/server-process.ts';

firefoxTest('in Firefox a camera is seen moving over WebRTC, and the connection check says so', async () => {
  await using server = await ServerProcess.start();
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  await using camera = startCamera(server.cameraUrl, door, FULL_RATE);
  await camera.line(/online/);
  await using firefox = await Firefox.launch();
  const page = await firefox.open(server.url);
  await page.signIn('admin', server.password);
  const first = await page.nextTimeCode();
  assert.ok(timeCodeDifferenceUs(await page.nextTimeCode(), first) > 0, 'time goes forward in the picture');
  assert.equal(await page.source(), 'video');
  assert.equal((await page.mediaPath())?.protocol, 'udp');

  await page.goto(`${server.url}/connection`);
  await page.waitFor('check-verdict', 30_000);
  assert.match(await page.textOf('check-verdict'), /Video connects directly/);
});

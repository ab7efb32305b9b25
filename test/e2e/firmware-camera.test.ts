/** The firmware's core, over wss through a proxy as in a real installation, watched in a real browser. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { after, test } from 'node:test';
import { buildFirmware } from '../support/build-firmware.ts';
import { HostCamera, Workshop } from '../support/host-camera.ts';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';

buildFirmware();
const workshop = new Workshop();
const server = await ServerProcess.start();
const certificate = workshop.certificate('localhost');
const proxy = createServer(certificate, (socket) => join(socket, connect(Number(new URL(server.url).port))));
proxy.listen(0, 'localhost');
await once(proxy, 'listening');
const url = `wss://localhost:${(proxy.address() as AddressInfo).port}/camera`;

const browser = await TestBrowser.launch();
const admin = await server.admin();
const { id, key } = await admin.addCamera('Front door');
const footage = process.env['VIGIE_FOOTAGE_DIR'];
const camera = new HostCamera(
  url,
  footage ? `${footage}/pedestrians-vga.mjpeg` : workshop.footage(),
  ['--id', id, '--ca', certificate.path],
  Buffer.from(key, 'base64url'),
);
after(async () => {
  await browser.close();
  await camera.stop();
  proxy.close();
  await server.stop();
  workshop[Symbol.dispose]();
  browser.assertNoProblems();
});

test('the camera is live, is live again after the server was killed, and ends cleanly', async () => {
  const page = await browser.open(server.url);
  await page.signIn('admin', server.password);
  await page.untilStatus(id, 'live');
  await server.kill();
  await camera.says(/offline/);
  await server.start();
  await camera.says(/online[^]*online/);
  await page.untilStatus(id, 'live');
  assert.equal(camera.output.match(/online/g)?.length, 2);
  assert.equal(await camera.stop(), 0, camera.output);
});

/** Both cameras go through the same. */
function join(tls: TLSSocket, plain: Socket): void {
  for (const [one, other] of [
    [tls, plain],
    [plain, tls],
  ] as const) {
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

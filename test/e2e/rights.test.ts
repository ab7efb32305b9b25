import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { SIGNALING_CLOSE, SIGNALING_SUBPROTOCOL } from '../../server/wire/signaling.ts';
import { ApiSession } from '../support/api-session.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a password of her own';
const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const [door, garden] = [await admin.addCamera('Front door'), await admin.addCamera('Garden')];
const cameras = [startCamera(server.cameraUrl, door), startCamera(server.cameraUrl, garden)];
const anna = await admin.addViewer('anna', PASSWORD, []);
const page = await browser.open(server.url);
await page.signIn('anna', PASSWORD);
after(async () => {
  await browser.close();
  for (const camera of cameras) await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

test('a first visit makes no request that is refused, and a reload keeps the session', async () => {
  const refused: string[] = [];
  const visit = await browser.open(server.url, async (tab) => {
    tab.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
  });
  await visit.page.getByTestId('sign-in-form').waitFor();
  await visit.signIn('anna', PASSWORD);
  await visit.page.reload();
  await visit.page.getByTestId('user-menu').waitFor();
  assert.deepEqual(refused, []);
  await visit.close();
});

test('a viewer without rights sees nothing', async () => {
  await page.page.getByTestId('no-cameras').waitFor();
  assert.equal(await page.page.getByTestId('camera-tile').count(), 0);
  assert.equal(await page.page.getByTestId('add-camera').count(), 0);
});

test('nor does she through the signaling socket directly', async () => {
  const viewer = await ApiSession.signIn(server.url, 'anna', PASSWORD);
  assert.deepEqual(await viewer.cameras(), []);
  const signaling = await viewer.signaling();
  const { id: transportId } = await signaling.request('createWebRtcTransport', {});
  for (const cameraId of [door.id, garden.id, 'cam_does_not_exist']) {
    await assert.rejects(signaling.request('consume', { transportId, cameraId }), /^Error: notFound$/);
  }
  const said = JSON.stringify(signaling.received);
  assert.ok(!said.includes(door.id) && !said.includes(garden.id), 'not even their names');
  signaling.close();
});

test('the rights she is given appear, and nothing else', async () => {
  await admin.setRights(anna.id, [door.id]);
  await page.untilStatus(door.id, 'live');
  await page.nextTimeCode(door.id);
  assert.equal(await page.status(garden.id), undefined);
});

test('who gives a camera is told all that comes with it', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  await visit.page.goto(`${server.url}/users`);
  await visit.page.getByTestId('add-user').click();
  const text = (await visit.page.getByTestId('user-rights').textContent())?.toLowerCase() ?? '';
  for (const thing of ['live', 'recordings', 'events', 'notifications', 'download'])
    assert.ok(text.includes(thing), thing);
  await visit.close();
});

test('a right that is revoked while watching ends the picture', async () => {
  const viewer = await ApiSession.signIn(server.url, 'anna', PASSWORD);
  const signaling = await viewer.signaling();
  const { id: transportId } = await signaling.request('createWebRtcTransport', {});
  const { id: consumerId } = await signaling.request('consume', { transportId, cameraId: door.id });
  await admin.setRights(anna.id, []);
  await until('the socket is told', () =>
    signaling.received.some(
      (message) =>
        message.type === 'notification' &&
        message.method === 'consumerClosed' &&
        message.data.consumerId === consumerId &&
        message.data.reason === 'rightRevoked',
    ),
  );
  await page.untilStatus(door.id, undefined);
  await until('nothing is sent any more', async () => (await admin.status()).sfu.consumers === 0, 3000);
  signaling.close();
});

test('signing out ends the session’s sockets', async () => {
  const before = (await admin.status()).signalingSessions;
  await page.page.getByTestId('user-menu').click();
  await page.page.getByTestId('sign-out').click();
  await page.page.getByTestId('sign-in-form').waitFor();
  await until('its socket is gone', async () => (await admin.status()).signalingSessions < before);
});

const refused: [name: string, token: string][] = [
  ['a token nobody signed', 'abc.def.ghi'],
  [
    'a token with algorithm none',
    `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(`{"sub":"${anna.id}","sid":"x","exp":99999999999,"iss":"vigie","aud":"api"}`).toString('base64url')}.`,
  ],
  ['a camera’s key', door.key],
];
for (const [name, token] of refused) {
  test(`signaling with ${name} is closed as unauthorized`, async () => {
    const signaling = await SignalingSocket.open(server.url, token);
    await until('it is closed', () => signaling.closeCode);
    assert.equal(signaling.closeCode, SIGNALING_CLOSE.unauthorized);
  });
}

const hostile: [name: string, message: string | Buffer][] = [
  ['no JSON', '{'],
  ['binary', Buffer.from([0, 1, 2])],
  [
    'a field whose name is longer than a close frame',
    JSON.stringify({ type: 'authenticate', token: 'x', ['😀'.repeat(60)]: 1 }),
  ],
  ['deep nesting', '['.repeat(30_000)],
  ['more than may be sent', 'x'.repeat(100_000)],
];
for (const [name, message] of hostile) {
  test(`a first message of ${name} closes that socket and harms nobody`, async () => {
    const socket = new WebSocket(server.signalingUrl, SIGNALING_SUBPROTOCOL);
    await once(socket, 'open');
    socket.send(message);
    await once(socket, 'close');
    assert.ok((await admin.status()).sfu.port > 0);
  });
}

test('a signed-in viewer who sends nonsense is closed, and so is one who floods', async () => {
  const odd = await admin.signaling();
  odd.socket.send(JSON.stringify({ type: 'request', id: 1, method: '😀'.repeat(100), data: {} }));
  await until('it is closed', () => odd.closeCode);
  assert.equal(odd.closeCode, SIGNALING_CLOSE.badMessage);
  const flood = await admin.signaling();
  // Enough for the limit, and not so much more that the connection is cut off before the reason is read.
  for (let id = 1; id < 600; id++) {
    flood.socket.send(JSON.stringify({ type: 'request', id, method: 'getTime', data: { t0: 0 } }));
  }
  await until('it is closed', () => flood.closeCode);
  assert.equal(flood.closeCode, SIGNALING_CLOSE.tooManyMessages);
});

test('a page of another site cannot open the signaling socket', async () => {
  const socket = new WebSocket(server.signalingUrl, SIGNALING_SUBPROTOCOL, {
    origin: 'https://evil.example',
  });
  const [error] = (await once(socket, 'error')) as [Error];
  assert.match(error.message, /403/);
});

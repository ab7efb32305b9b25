/**
 * A site and an edge as processes, with a real nats-server between them: what a viewer does at the edge, and what
 * happens at the site.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { answerPrefix, edgePermissions, sitePermissions } from '../../server/core/edges/subjects.ts';
import { EdgeTunnels } from '../../server/edges/edge-tunnels.ts';
import { NatsLink } from '../../server/edges/nats-link.ts';
import { createLog } from '../../server/log.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { ConnectionFacts } from '../../server/wire/connection-check.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { CAMERA_PATH, CAMERA_SUBPROTOCOL, FIRMWARE_PATH } from '../../server/wire/camera-protocol.ts';
import {
  SIGNALING_PATH,
  SIGNALING_SUBPROTOCOL,
  type NotificationMessage,
  type SignalingNotification,
} from '../../server/wire/signaling.ts';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import { appImage } from '../support/app-image.ts';
import { ApiError, ApiSession } from '../support/api-session.ts';
import { NatsServer } from '../support/nats-server.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

const [SITE, EDGE, PASSWORD] = ['home', 'paris-1', 'correct horse battery staple'];

const told = <N extends SignalingNotification>(signaling: SignalingSocket, method: N) =>
  signaling.received.filter(
    (message): message is Extract<NotificationMessage, { method: N }> =>
      message.type === 'notification' && message.method === method,
  );

/** Headers of a handshake. */
const upgrade = (protocol: string) => ({
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': protocol,
});

suite('an edge', () => {
  let nats: NatsServer;
  let site: ServerProcess;
  let edge: ServerProcess;
  let admin: ApiSession;
  let door: CameraWithKey;
  let camera: ScriptedCamera;
  let userId: string;

  const nodeOf = (name: string, env: Record<string, string>): Promise<ServerProcess> =>
    ServerProcess.start({
      files: { 'nats.txt': `${nats.credentialsOf(name)}\n` },
      env: { VIGIE_NATS_URL: nats.url, VIGIE_NATS_CREDENTIALS: 'nats.txt', VIGIE_SITE: SITE, ...env },
    });

  before(async () => {
    nats = await NatsServer.start([
      { name: SITE, account: 'household', permissions: sitePermissions(SITE) },
      { name: EDGE, account: 'household', permissions: edgePermissions(EDGE, [SITE]) },
      { name: 'work', account: 'household', permissions: sitePermissions('work') },
      { name: 'stolen', account: 'household', permissions: edgePermissions('stolen', [SITE]) },
      { name: 'paris-2', account: 'household', permissions: edgePermissions('paris-2', ['work']) },
    ]);
    [site, edge] = await Promise.all([
      nodeOf(SITE, {}),
      nodeOf(EDGE, { VIGIE_ROLE: 'edge', VIGIE_EDGE: EDGE }),
    ]);
    admin = await site.admin();
    door = await admin.addCamera('Door');
    camera = await ScriptedCamera.connect(site.cameraUrl, door);
    camera.play();
    ({ id: userId } = await admin.addViewer('anna', PASSWORD, [door.id]));
    await until('the site answers', async () => (await fetch(`${edge.url}/api/cameras`)).status === 401);
  });

  after(async () => {
    await camera[Symbol.asyncDispose]();
    await edge.stop();
    await site.stop();
    await nats.stop();
  });

  const anna = () => ApiSession.signIn(edge.url, 'anna', PASSWORD);
  /** Watches the camera over WebRTC of this server. */
  async function watch(url: string, signaling: SignalingSocket) {
    const { id, iceParameters, iceCandidates, dtlsParameters } = await signaling.request(
      'createWebRtcTransport',
      {},
    );
    const { port = 0 } =
      iceCandidates.find(({ ip, protocol }) => ip === '127.0.0.1' && protocol === 'udp') ?? {};
    const viewer = await NodeViewer.create({
      port,
      iceParameters,
      fingerprints: dtlsParameters.fingerprints,
    });
    await signaling.request('connectWebRtcTransport', {
      transportId: id,
      dtlsParameters: viewer.dtlsParameters,
    });
    await viewer.connect();
    const consumer = await signaling.request('consume', { transportId: id, cameraId: door.id });
    const first = viewer.nextRtp();
    await signaling.request('resumeConsumer', { consumerId: consumer.id });
    const { payload } = await first;
    assert.ok(payload.length > 0, url);
    return { viewer, consumer };
  }

  test('serves the API of its site, and no administrator', async () => {
    assert.equal((await fetch(`${edge.url}/signaling`)).status, 426);
    assert.equal((await fetch(`${edge.url}/metrics`)).status, 404);
    assert.equal(existsSync(join(edge.folder, 'data')), false, 'it keeps nothing');
    await assert.rejects(ApiSession.signIn(edge.url, 'admin', site.password), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.problem.status, error.problem.code], [403, 'forbidden']);
      return true;
    });
    // A token that was got at home is worth nothing here.
    const { accessToken } = admin.session;
    const headers = { Authorization: `Bearer ${accessToken}` };
    assert.equal((await fetch(`${edge.url}/api/users`, { headers })).status, 403);
    const byAdmin = await SignalingSocket.open(edge.url, accessToken);
    await until(() => byAdmin.closeCode === 4101);
    const session = await anna();
    assert.equal((await session.request<ConnectionFacts>('GET', '/connection')).edge, EDGE);
    assert.deepEqual(
      (await session.cameras()).map(({ name, status }) => [name, status]),
      [['Door', 'online']],
    );
    assert.deepEqual(
      [...(await session.bytes(`/cameras/${door.id}/snapshot.jpg`)).subarray(0, 2)],
      [0xff, 0xd8],
    );
    const whep = await fetch(`${edge.url}/api/cameras/${door.id}/whep`, { method: 'POST' });
    assert.equal(whep.status, 401);
  });

  test('gets nothing but the API and signaling with the credentials alone', async () => {
    const link = new NatsLink({
      urls: [nats.url],
      name: 'stolen',
      credentials: nats.credentialsOf('stolen'),
      answerPrefix: answerPrefix('stolen'),
      log: createLog('silent'),
    });
    const tunnels = new EdgeTunnels({ edge: 'stolen', sites: [SITE], link, clock: serverClock });
    await until(() => link.isOpen);
    const statusOf = async (method: string, path: string, more = {}): Promise<number | undefined> => {
      // As if the client were beside the site's own cameras.
      const stream = await tunnels.open(SITE, { address: '127.0.0.1', secure: true });
      const headers = { Host: 'vigie.example.org', ...more };
      const request = httpRequest({ method, path, headers, createConnection: () => stream });
      const answered = Promise.race([once(request, 'response'), once(request, 'upgrade')]);
      request.end(method === 'POST' ? JSON.stringify({ code: 'ABCD-EFGH', board: 'x', firmware: '1' }) : '');
      const [{ statusCode }] = (await answered) as [IncomingMessage];
      stream.destroy();
      return statusCode;
    };
    assert.equal(await statusOf('GET', '/api/cameras'), 401);
    assert.equal(await statusOf('GET', SIGNALING_PATH, upgrade(SIGNALING_SUBPROTOCOL)), 101);
    assert.equal(await statusOf('GET', CAMERA_PATH, upgrade(CAMERA_SUBPROTOCOL)), 403);
    for (const path of ['/', '/metrics', '/METRICS', `${FIRMWARE_PATH}/${'0'.repeat(32)}`])
      assert.equal(await statusOf('GET', path), 404, path);
    const json = { 'Content-Type': 'application/json' };
    for (const path of ['/api/pairing', '/api/Pairing/'])
      assert.equal(await statusOf('POST', path, json), 403, path);
    tunnels.close();
    await link.close();
  });

  test('shows the camera that is watched at home too, which is encoded once', async () => {
    const session = await anna();
    const signaling = await session.signaling();
    await until(() => told(signaling, 'cameras').length > 0);
    const home = await admin.signaling();
    const [here, there] = [await watch(edge.url, signaling), await watch(site.url, home)];
    for (const { viewer } of [here, there])
      for (let packets = 0; packets < 10; packets++) await viewer.nextRtp();
    const { encoding, rungs } = await admin.status();
    assert.deepEqual([encoding, rungs.full], [1, 1]);
    const { t1 } = await signaling.request('getTime', { t0: 1 });
    assert.ok(t1 > 0);
    // Pictures over signaling come from the site itself.
    const { watchId } = await signaling.request('watchFrames', { cameraId: door.id });
    await until('pictures come', () => signaling.pictures.length > 0);
    await signaling.request('stopFrames', { watchId });
    for (const { viewer } of [here, there]) viewer.close();
    for (const each of [home, signaling]) each.close();
    await until('nothing is encoded', async () => (await admin.status()).encoding === 0);
  });

  test('ends the picture when the right ends at the site, and when the camera is switched off there', async () => {
    const signaling = await (await anna()).signaling();
    await until(() => told(signaling, 'cameras').length > 0);
    const { viewer, consumer } = await watch(edge.url, signaling);
    await admin.request<SwitchView>('PUT', `/cameras/${door.id}/switch`, { off: true });
    const closed = () => told(signaling, 'consumerClosed').map(({ data }) => data);
    await until(() => closed().length === 1);
    assert.deepEqual(closed(), [{ consumerId: consumer.id, reason: 'cameraOff' }]);
    await admin.request<SwitchView>('PUT', `/cameras/${door.id}/switch`, { off: false });
    await until(
      'it is on again',
      () => told(signaling, 'cameras').at(-1)?.data.cameras[0]?.off === undefined,
    );
    viewer.close();

    const again = await watch(edge.url, signaling);
    await admin.setRights(userId, []);
    await until(() => closed().length === 2);
    assert.deepEqual(closed()[1], { consumerId: again.consumer.id, reason: 'rightRevoked' });
    await assert.rejects(signaling.request('consume', { transportId: 'any', cameraId: door.id }), /notFound/);
    await admin.setRights(userId, [door.id]);
    again.viewer.close();
    signaling.close();
  });

  test('tells the site which camera it sends to whom, for the audit log', async () => {
    await admin.addViewer('ben', PASSWORD, [door.id]);
    const session = await ApiSession.signIn(edge.url, 'ben', PASSWORD);
    const signaling = await session.signaling();
    await until(() => told(signaling, 'cameras').length > 0);
    const { viewer } = await watch(edge.url, signaling);
    await assert.rejects(signaling.request('setWatched', { cameraIds: [] }), /forbidden/);
    viewer.close();
    signaling.close();
    await until('it is written', async () => {
      const entries = await admin.request<AuditEntry[]>('GET', '/audit?kind=viewing');
      return entries.some(
        ({ action, username, cameraId }) =>
          action === 'watched' && username === 'ben' && cameraId === door.id,
      );
    });
    assert.equal(
      signaling.received.every((message) => message.type !== 'response' || message.id < 2 ** 32),
      true,
    );
  });

  test('ends the session when the viewer signs out, and refuses a token that is none', async () => {
    const session = await anna();
    const signaling = await session.signaling();
    await session.request('POST', '/auth/logout');
    await until(() => signaling.closeCode === 4105);
    const late = await session.signaling();
    await until(() => late.closeCode === 4101);
  });

  test('says that its site is away while NATS is, and comes back', async () => {
    const session = await anna();
    const signaling = await session.signaling();
    await nats.kill();
    await until('signaling ends, so that the page tries again', () => signaling.closeCode === 4106);
    const away = await fetch(`${edge.url}/api/cameras`);
    assert.equal(away.status, 503);
    assert.equal(away.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    assert.equal((await fetch(`${edge.url}/signaling`)).status, 503);
    assert.equal((await fetch(`${edge.url}/api/health`)).status, 200);
    assert.equal((await admin.cameras()).length, 1, 'at home nothing has changed');
    await nats.restart();
    await until('the site answers again', async () => (await session.cameras().catch(() => [])).length === 1);
    const back = await session.signaling();
    await until(() => told(back, 'cameras').length > 0);
    const { viewer } = await watch(edge.url, back);
    viewer.close();
    back.close();
  });

  test('lets administrators in where their site allows it, with what they upload', async () => {
    const [atWork, beside] = await Promise.all([
      nodeOf('work', { VIGIE_SITE: 'work', VIGIE_EDGE_ADMINISTRATORS: '1' }),
      nodeOf('paris-2', { VIGIE_ROLE: 'edge', VIGIE_SITE: 'work', VIGIE_EDGE: 'paris-2' }),
    ]);
    await until('work answers', async () => (await fetch(`${beside.url}/api/cameras`)).status === 401);
    const far = await ApiSession.signIn(beside.url, 'admin', atWork.password);
    const signaling = await far.signaling();
    await until(() => told(signaling, 'cameras').length > 0);
    signaling.close();
    const image = appImage({ version: '1.2.3', bytes: 1_000_000 });
    const { version, bytes } = await far.uploadFirmware(image);
    assert.deepEqual([version, bytes], ['1.2.3', image.length]);
    await beside.stop();
    await atWork.stop();
  });
});

/** Signaling at an edge, in front of a site that a test speaks for. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { serverClock as clock } from '../../server/core/clock.ts';
import { Capacity } from '../../server/core/capacity.ts';
import { TransportQuota } from '../../server/core/transport-quota.ts';
import { clientConnections } from '../../server/http/client-connection.ts';
import { createLog } from '../../server/log.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import { RelayedSignaling } from '../../server/signaling/relayed-signaling.ts';
import { SIGNALING_CLOSE, SIGNALING_PATH } from '../../server/wire/signaling.ts';
import { NO_VIDEO } from '../support/no-video.ts';
import { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

const log = createLog('silent');
const sfu = await Sfu.open({ rtcPort: 0, announcedAddresses: [], video: NO_VIDEO, clock, log });
/** The sites' ends of the viewers' sockets, oldest first, and what came from the viewers. */
const siteSockets: WebSocket[] = [];
const heard: string[] = [];
/** The handshakes of the edge at the site: path and host. */
const asked: unknown[][] = [];
const atSite = new WebSocketServer({ port: 0, path: SIGNALING_PATH });
atSite.on('connection', (socket, { url, headers }) => {
  asked.push([url, headers.host]);
  siteSockets.push(socket);
  socket.on('message', (data) => {
    heard.push((data as Buffer).toString());
    const { type } = JSON.parse((data as Buffer).toString()) as { type: string };
    if (type === 'authenticate') socket.send('{"type":"authenticated","expiresInSeconds":900}');
  });
});
const signaling = new RelayedSignaling({
  sfu,
  connectionOf: clientConnections(
    () => false,
    () => false,
  ),
  openStream: () => Promise.resolve(connect((atSite.address() as AddressInfo).port, '127.0.0.1')),
  iceServersFor: (userId) => [{ urls: [`stun:${userId}`] }],
  capacity: new Capacity(clock),
  transportQuota: new TransportQuota(),
  clock,
  log,
});
const http = createServer().on('upgrade', (...upgrade) => signaling.handleUpgrade(...upgrade));
http.listen(0, '127.0.0.1');
await once(http, 'listening');
after(async () => {
  signaling.close();
  atSite.close();
  http.close();
  http.closeAllConnections();
  await sfu.close();
});

/** A token whose user is anna. */
const TOKEN = `head.${Buffer.from('{"sub":"anna"}').toString('base64url')}.signature`;

async function open(): Promise<{ viewer: SignalingSocket; site: WebSocket }> {
  const { port } = http.address() as AddressInfo;
  const viewer = await SignalingSocket.open(`http://127.0.0.1:${port}`, TOKEN);
  const site = siteSockets.at(-1) ?? assert.fail('no site');
  return { viewer, site };
}

const tellCameras = (site: WebSocket, cameras: object[]): void =>
  site.send(JSON.stringify({ type: 'notification', method: 'cameras', data: { cameras } }));

test('nothing is consumed but a camera of the site’s newest list, with the right to it and switched on', async () => {
  const { viewer, site } = await open();
  const { id: transportId, iceServers } = await viewer.request('createWebRtcTransport', {});
  assert.deepEqual(iceServers, [{ urls: ['stun:anna'] }]);
  const consume = (cameraId: string) => viewer.request('consume', { transportId, cameraId });
  await assert.rejects(consume('door'), /notFound/);
  tellCameras(site, [
    { id: 'door', rights: ['live'] },
    { id: 'hall', rights: ['lookBack'] },
    { id: 'gate', rights: ['live'], off: {} },
  ]);
  await until(() => viewer.received.length >= 4);
  const { id: consumerId } = await consume('door');
  await assert.rejects(consume('hall'), /notFound/);
  await assert.rejects(consume('gate'), /cameraOff/);
  tellCameras(site, [{ id: 'door', rights: ['live'], off: {} }]);
  const closed = () =>
    viewer.received.flatMap((message) =>
      message.type === 'notification' && message.method === 'consumerClosed' ? [message.data] : [],
    );
  await until(() => closed().length === 1);
  assert.deepEqual(closed(), [{ consumerId, reason: 'cameraOff' }]);
  assert.ok(!heard.some((text) => text.includes('createWebRtcTransport')), 'the site hears nothing of media');
  viewer.close();
  await once(site, 'close');
});

test('every other request passes to the site, and its answer back', async () => {
  const { viewer, site } = await open();
  site.on('message', (data) => {
    const { id, method } = JSON.parse((data as Buffer).toString()) as { id: number; method: string };
    if (method === 'watchFrames')
      site.send(JSON.stringify({ type: 'response', id, ok: true, data: { watchId: 7 } }));
  });
  assert.deepEqual(await viewer.request('watchFrames', { cameraId: 'door' }), { watchId: 7 });
  site.close(4105, 'signed out');
  await until(() => viewer.closeCode === 4105);
});

test('a site that says what nobody understands ends that viewer’s session, and no other', async () => {
  const [first, second] = [await open(), await open()];
  first.site.send('no JSON');
  await until(() => first.viewer.closeCode === 4106);
  second.site.send('{"type":"notification","method":"cameras","data":7}');
  await until(() => second.viewer.closeCode === 4106);
  const { viewer } = await open();
  assert.ok((await viewer.request('getTime', { t0: 1 })).t1 > 0);
  viewer.close();
});

test('a viewer who says more than the site reads is closed, and not kept in memory', async () => {
  const { viewer, site } = await open();
  site.pause();
  // Acks are counted by the site alone.
  const ack = `{"type":"ack"${' '.repeat(60_000)},"watchId":1,"sequence":1}`;
  // More than the sockets in between hold.
  for (let count = 0; count < 400; count++) viewer.socket.send(ack);
  await until(() => viewer.closeCode === SIGNALING_CLOSE.tooManyMessages);
  site.terminate();
});

test('a request that begins like an ack is counted as a request', async () => {
  const { viewer } = await open();
  // The last of two equal names counts (ECMA-262, JSON.parse).
  const request = '{"type":"ack","type":"request","id":1,"method":"getTime","data":{"t0":1}}';
  for (let count = 0; count < 1_000; count++) viewer.socket.send(request);
  await until(() => viewer.closeCode === SIGNALING_CLOSE.tooManyMessages);
});

test('a handshake that is no WebSocket’s does not reach the site, and a host is no part of an address', async () => {
  const { port } = http.address() as AddressInfo;
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const upgrade = async (host: string, webSocketKey: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    const fields = [
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
    ];
    const head = [`GET ${SIGNALING_PATH} HTTP/1.1`, ...fields, `Sec-WebSocket-Key: ${webSocketKey}`];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString().slice(0, 12);
  };
  const hosts = ['[', 'a/camera?', 'name:password@b'];
  assert.equal(await upgrade('edge.example.org', 'no key'), 'HTTP/1.1 400');
  for (const host of hosts) {
    assert.equal(await upgrade(host, key), 'HTTP/1.1 101');
    await until('the site is asked', () => asked.some(([, said]) => said === host));
  }
  assert.deepEqual(
    // Viewers of the other tests name the address of the edge.
    asked.filter(([, host]) => host !== `127.0.0.1:${port}`),
    hosts.map((host) => [SIGNALING_PATH, host]),
  );
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { Access } from '../../server/accounts/access.ts';
import { WebSocket } from 'ws';
import { MAX_FRAME_WATCHES } from '../../server/signaling/frame-watches.ts';
import { clientConnections } from '../../server/http/client-connection.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { SESSION_SHARES, SignalingServer } from '../../server/signaling/signaling-server.ts';
import { TRANSPORT_SHARES, TransportQuota } from '../../server/core/transport-quota.ts';
import { trustedProxies } from '../../server/http/trusted-proxies.ts';
import { serverClock } from '../../server/core/clock.ts';
import { inPerson } from '../../server/core/grant.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { createLog } from '../../server/log.ts';
import { Capacity } from '../../server/core/capacity.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { SIGNALING_CLOSE, SIGNALING_PATH, SIGNALING_SUBPROTOCOL } from '../../server/wire/signaling.ts';
import { NO_VIDEO } from '../support/no-video.ts';
import { overload, relieve } from '../support/overload.ts';
import { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

/** More than the kernel buffers of a connection that is not read. */
const MORE_THAN_FITS = 'x'.repeat(24 * 1024 * 1024);

/** Real sockets and a real SFU; every token is valid, and `rights` lists the visible cameras. */
async function startSignaling(
  context: TestContext,
  rights: Set<string>,
  proxies: string[] = [],
  clock = serverClock,
) {
  const log = createLog('silent');
  const hub = new FrameHub(log);
  let credentials = 0;
  const sfu = await Sfu.open({ rtcPort: 0, announcedAddresses: [], video: NO_VIDEO, clock, log });
  const capacity = new Capacity(clock);
  const access = new Access({
    may: (_userId, right, cameraId) => right === 'live' && rights.has(cameraId),
    rightsTo: (_userId, cameraId) => (rights.has(cameraId) ? ['live'] : []),
    find: () => undefined,
    knowsCamera: () => true,
  });
  const shared = { frames: hub, capacity, transportQuota: new TransportQuota(), clock, log };
  const signaling = new SignalingServer({
    access: {
      identify: (sessionId) => ({ ...inPerson('anna'), sessionId, expiresAtMs: Date.now() + 60_000 }),
      camerasOf: () => [],
      countRequest: () => undefined,
      may: (...whatOf) => access.may(...whatOf),
      rightsTo: (...whatOf) => access.rightsTo(...whatOf),
      assertMay: (...whatOf) => access.assertMay(...whatOf),
      isAdministrator: () => false,
      iceServersFor: (userId) => [{ urls: ['turn:relay'], username: `${++credentials}:${userId}` }],
    },
    connectionOf: clientConnections(trustedProxies(proxies), () => false),
    sfu,
    ...shared,
  });
  const http = new HttpServer({
    app: (_request, response) => response.end(),
    upgrades: { [SIGNALING_PATH]: (request, socket, head) => signaling.handleUpgrade(request, socket, head) },
    log,
  });
  const port = await http.listen(0, '127.0.0.1');
  context.after(async () => {
    signaling.close();
    await Promise.all([http.close(), sfu.close()]);
  });
  return { signaling, sfu, capacity, hub, url: `http://127.0.0.1:${port}` };
}

test('a revoked right ends on every socket of the user, even while one of them does not read', async (context) => {
  const rights = new Set(['door', 'garden']);
  const { signaling, sfu, url } = await startSignaling(context, rights);
  const sockets = [await SignalingSocket.open(url, 'deaf'), await SignalingSocket.open(url, 'listening')];
  const [deaf, listening] = sockets as [SignalingSocket, SignalingSocket];
  for (const socket of sockets) {
    const { id: transportId } = await socket.request('createWebRtcTransport', {});
    await socket.request('consume', { transportId, cameraId: 'door' });
  }
  assert.equal(sfu.stats.consumers, 2);

  deaf.socket.pause();
  signaling.tellThoseWho('live', 'garden', 'framesEnded', { watchId: MORE_THAN_FITS as never });
  await once(listening.socket, 'message');
  rights.delete('door');
  signaling.refreshAccess('anna');
  assert.equal(sfu.stats.consumers, 0);
  await until('the one that reads is told', () =>
    listening.received.some(
      (message) => message.type === 'notification' && message.method === 'consumerClosed',
    ),
  );

  deaf.socket.resume();
  await until('the one that did not is closed', () => deaf.closeCode);
  assert.equal(deaf.closeCode, SIGNALING_CLOSE.tooSlow);
});

test('an event is told to those with the right to it, a status to those who list the camera', async (context) => {
  const { signaling, url } = await startSignaling(context, new Set(['door']));
  const viewer = await SignalingSocket.open(url, 'viewer');
  const nothing = {} as never;
  signaling.tellThoseWho('events', 'door', 'event', nothing);
  signaling.tellThoseWho('live', 'garden', 'event', nothing);
  signaling.tellThoseWhoList('garden', 'cameraStatus', nothing);
  signaling.tellThoseWhoList('door', 'cameraStatus', nothing);
  await viewer.request('getTime', { t0: 0 });
  const told = viewer.received.map((message) => ('method' in message ? message.method : message.type));
  assert.deepEqual(told.slice(2), ['cameraStatus', 'response']);
});

/** @param bytes of the JPEG; the first one identifies it */
function pictureOf(cameraId: string, mark: number, bytes = 1000): CameraFrame {
  const nowUs = serverClock();
  return {
    cameraId,
    jpeg: new Uint8Array(bytes).fill(mark),
    width: 640,
    height: 480,
    captureUs: nowUs,
    receivedUs: nowUs,
  };
}

test("a camera's pictures are sent unmodified, from the newest on, after the answer with the watch's id", async (context) => {
  const { hub, url } = await startSignaling(context, new Set(['door']));
  hub.publish(pictureOf('door', 1));
  const socket = await SignalingSocket.open(url, 'viewer');
  const { watchId } = await socket.request('watchFrames', { cameraId: 'door' });
  await until('the one that was there', () => socket.pictures.length === 1);
  const next = pictureOf('door', 2);
  hub.publish(next);
  await until('the next', () => socket.pictures.length === 2);
  assert.deepEqual(
    socket.pictures.map(({ watchId: id, sequence, jpeg }) => [id, sequence, jpeg[0]]),
    [
      [watchId, 0, 1],
      [watchId, 1, 2],
    ],
  );
  assert.equal(socket.pictures[1]?.captureUs, next.captureUs);
  await socket.request('stopFrames', { watchId });
  hub.publish(pictureOf('door', 3));
  socket.acknowledge(watchId, 1);
  await socket.request('getTime', { t0: 0 });
  assert.equal(socket.pictures.length, 2, 'none after the end');
  await assert.rejects(socket.request('stopFrames', { watchId }), /^Error: notFound$/);
  socket.close();
});

test('a slow reader gets the newest picture when it reads again, and no buffer grows meanwhile', async (context) => {
  const { signaling, hub, url } = await startSignaling(context, new Set(['door']));
  const slow = await SignalingSocket.open(url, 'slow');
  const fast = await SignalingSocket.open(url, 'fast');
  const { watchId } = await slow.request('watchFrames', { cameraId: 'door' });
  const { watchId: fastId } = await fast.request('watchFrames', { cameraId: 'door' });
  fast.socket.on('message', (_data, isBinary) => {
    const sequence = fast.pictures.at(-1)?.sequence;
    if (isBinary && sequence !== undefined) fast.acknowledge(fastId, sequence);
  });
  slow.socket.pause();
  for (let mark = 1; mark <= 100; mark++) {
    hub.publish(pictureOf('door', mark, 1024 * 1024));
    await until('the other viewer has it', () => fast.pictures.at(-1)?.jpeg[0] === mark);
  }
  assert.deepEqual(
    [signaling.frameWatches.sent, signaling.frameWatches.passedOver],
    [102, 97],
    'two are under way to the slow reader, one waits',
  );
  slow.socket.resume();
  await until('what was under way', () => slow.pictures.length === 2);
  slow.acknowledge(watchId, 1);
  const newest = await until('the newest', () => slow.pictures[2]);
  assert.deepEqual([newest.jpeg[0], newest.passedOver], [100, 97]);
  assert.equal(slow.closeCode, undefined);
  for (const socket of [slow, fast]) socket.close();
});

test('as many acks as sent pictures are free of the rate limit, and no more', async (context) => {
  const { hub, url } = await startSignaling(context, new Set(['door']));
  const socket = await SignalingSocket.open(url, 'viewer');
  const { watchId } = await socket.request('watchFrames', { cameraId: 'door' });
  for (let sequence = 0; sequence < 1000; sequence++) {
    hub.publish(pictureOf('door', 1, 10));
    await until('it comes', () => socket.pictures.length > sequence);
    socket.acknowledge(watchId, sequence);
  }
  assert.equal(socket.closeCode, undefined);
  for (let i = 0; i < 1000; i++) socket.acknowledge(watchId, 0);
  await until('the flood is closed', () => socket.closeCode);
  assert.equal(socket.closeCode, SIGNALING_CLOSE.tooManyMessages);
});

test('a revoked right ends the pictures, and a camera without the right cannot be watched', async (context) => {
  const rights = new Set(['door']);
  const { signaling, hub, url } = await startSignaling(context, rights);
  const socket = await SignalingSocket.open(url, 'viewer');
  for (const cameraId of ['garden', 'cam_does_not_exist'])
    await assert.rejects(socket.request('watchFrames', { cameraId }), /^Error: notFound$/);
  const { watchId } = await socket.request('watchFrames', { cameraId: 'door' });
  rights.delete('door');
  signaling.refreshAccess('anna');
  hub.publish(pictureOf('door', 1));
  await until('it is told', () =>
    socket.received.some(
      (message) =>
        message.type === 'notification' &&
        message.method === 'framesEnded' &&
        message.data.watchId === watchId,
    ),
  );
  await socket.request('getTime', { t0: 0 });
  assert.equal(socket.pictures.length, 0);
  assert.equal(signaling.frameWatches.open, 0);
  socket.close();
});

test('a page has a limited number of frame watches, and its end ends them', async (context) => {
  const { signaling, url } = await startSignaling(context, new Set(['door']));
  const socket = await SignalingSocket.open(url, 'viewer');
  for (let i = 0; i < MAX_FRAME_WATCHES; i++) await socket.request('watchFrames', { cameraId: 'door' });
  await assert.rejects(socket.request('watchFrames', { cameraId: 'door' }), /^Error: tooManyRequests$/);
  assert.equal(signaling.frameWatches.open, MAX_FRAME_WATCHES);
  socket.close();
  await until('its watches are gone', () => signaling.frameWatches.open === 0);
});

test('every request for ICE servers gets new TURN credentials', async (context) => {
  const { url } = await startSignaling(context, new Set(['door']));
  const socket = await SignalingSocket.open(url, 'viewer');
  const transport = await socket.request('createWebRtcTransport', {});
  const restarted = await socket.request('restartIce', { transportId: transport.id });
  const asked = await socket.request('getIceServers', {});
  assert.deepEqual(
    [transport, restarted, asked].map(({ iceServers }) => iceServers[0]?.username),
    ['1:anna', '2:anna', '3:anna'],
  );
  assert.notDeepEqual(restarted.iceParameters, transport.iceParameters);
  socket.close();
});

/** The answer to an upgrade. */
async function upgradeStatus(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${SIGNALING_PATH}`, SIGNALING_SUBPROTOCOL, {
    headers,
  });
  socket.on('error', () => undefined);
  const status = await new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
  });
  socket.terminate();
  return status;
}

test('a page of another host gets no socket, and behind a proxy the host of the original request counts', async (context) => {
  const direct = await startSignaling(context, new Set());
  const proxied = await startSignaling(context, new Set(), ['loopback']);
  const own = direct.url.replace('http://', '');
  const forwarded = { 'x-forwarded-host': 'cams.example', 'x-forwarded-proto': 'https' };
  assert.equal(await upgradeStatus(direct.url, { origin: `http://${own}` }), 101);
  assert.equal(await upgradeStatus(direct.url, { origin: 'https://evil.example' }), 403);
  assert.equal(await upgradeStatus(direct.url, { origin: 'https://cams.example', ...forwarded }), 403);
  assert.equal(await upgradeStatus(proxied.url, { origin: 'https://cams.example', ...forwarded }), 101);
  assert.equal(await upgradeStatus(proxied.url, { origin: 'http://cams.example', ...forwarded }), 403);
  assert.equal(await upgradeStatus(proxied.url, { origin: 'https://evil.example', ...forwarded }), 403);
});

test('unauthenticated sockets are limited per network: the oldest is replaced, an authenticated one stays', async (context) => {
  const { url, signaling } = await startSignaling(context, new Set());
  const signedIn = await SignalingSocket.open(url, 'viewer');
  const open = (): WebSocket =>
    new WebSocket(`${url.replace('http', 'ws')}${SIGNALING_PATH}`, SIGNALING_SUBPROTOCOL).on(
      'error',
      () => undefined,
    );
  const oldest = open();
  await once(oldest, 'open');
  const others = Array.from({ length: 31 }, open);
  await until('all are in', () => others.every(({ readyState }) => readyState === WebSocket.OPEN));
  const newest = open();
  await Promise.all([once(oldest, 'close'), once(newest, 'open')]);
  newest.send(JSON.stringify({ type: 'authenticate', token: 'good' }));
  await once(newest, 'message');
  await until('the oldest is forgotten', () => signaling.sessionCount === 33);
  assert.ok(others.every(({ readyState }) => readyState === WebSocket.OPEN));
  assert.equal(signedIn.closeCode, undefined);
  for (const socket of [...others, newest]) socket.terminate();
  signedIn.close();
});

test('a network that opens sockets in a loop gets 429 with a delay', async (context) => {
  const { url } = await startSignaling(context, new Set(), [], () => 0);
  const statuses = new Map<number, number>();
  for (let round = 0; round < 402; round++) {
    const status = await upgradeStatus(url, {});
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(statuses), { 101: 400, 429: 2 });
});

test('one user has a limited number of pages, and a new one replaces the one open for longest', async (context) => {
  const { url } = await startSignaling(context, new Set());
  const sockets: SignalingSocket[] = [];
  for (let page = 0; page < SESSION_SHARES.perUser + 2; page++)
    sockets.push(await SignalingSocket.open(url, `session ${page}`));
  await until('the first two are told', () => sockets.filter(({ closeCode }) => closeCode).length === 2);
  assert.deepEqual(sockets.map(({ closeCode }) => closeCode).slice(0, 3), [
    SIGNALING_CLOSE.tooManySessions,
    SIGNALING_CLOSE.tooManySessions,
    undefined,
  ]);
  for (const socket of sockets) socket.close();
});

test('the pages of one user share a limit of transports, and closing a page releases its own', async (context) => {
  const { sfu, url } = await startSignaling(context, new Set());
  const sockets: SignalingSocket[] = [];
  for (let page = 0; page < TRANSPORT_SHARES.perUser / 8; page++) {
    const socket = await SignalingSocket.open(url, `session ${page}`);
    sockets.push(socket);
    for (let i = 0; i < 8; i++) await socket.request('createWebRtcTransport', {});
  }
  assert.equal(sfu.stats.transports, TRANSPORT_SHARES.perUser);
  const next = await SignalingSocket.open(url, 'the next page');
  await assert.rejects(next.request('createWebRtcTransport', {}), /^Error: tooManyRequests$/);
  sockets.shift()?.close();
  await until('its transports are gone', () => sfu.stats.transports === TRANSPORT_SHARES.perUser - 8);
  await until('there is room', () =>
    next.request('createWebRtcTransport', {}).then(
      () => true,
      () => false,
    ),
  );
  for (const socket of [...sockets, next]) socket.close();
});

test('a page has a limited number of consumers', async (context) => {
  const { sfu, url } = await startSignaling(context, new Set(['door']));
  const socket = await SignalingSocket.open(url, 'viewer');
  for (let transport = 0; transport < 2; transport++) {
    const { id: transportId } = await socket.request('createWebRtcTransport', {});
    for (let i = 0; i < 64; i++) await socket.request('consume', { transportId, cameraId: 'door' });
  }
  const { id: transportId } = await socket.request('createWebRtcTransport', {});
  await assert.rejects(
    socket.request('consume', { transportId, cameraId: 'door' }),
    /^Error: tooManyRequests$/,
  );
  assert.equal(sfu.stats.consumers, 128);
  socket.close();
});

/** The answer to a request refused by a full server. */
function refusal({ received }: SignalingSocket) {
  const answer = received.findLast((message) => message.type === 'response');
  return answer?.type === 'response' && !answer.ok ? answer.error : undefined;
}

test('a full server refuses new pictures of any kind and keeps serving current viewers', async (context) => {
  const { sfu, capacity, url } = await startSignaling(context, new Set(['door', 'garden']));
  const watching = await SignalingSocket.open(url, 'watching');
  const { id: transportId } = await watching.request('createWebRtcTransport', {});
  const { id: consumerId } = await watching.request('consume', { transportId, cameraId: 'door' });
  await watching.request('resumeConsumer', { consumerId });
  await watching.request('resumeConsumer', { consumerId });
  assert.equal(capacity.stats.streams, 1, 'a second resume is no second stream');
  const late = await SignalingSocket.open(url, 'late');
  const { id: readyTransport } = await late.request('createWebRtcTransport', {});
  for (let i = 0; i < 7; i++) capacity.open({ userId: `viewer ${i}` }, 'door');
  overload(capacity);

  const { id: ready } = await late.request('consume', { transportId: readyTransport, cameraId: 'door' });
  assert.equal(sfu.stats.consumers, 2, 'one that is paused costs nothing');
  await assert.rejects(late.request('resumeConsumer', { consumerId: ready }), /^Error: full$/);
  assert.deepEqual(refusal(late), {
    code: 'full',
    detail: 'this server is full: 8 are watching; try again in a moment',
    watching: 8,
  });
  await assert.rejects(late.request('watchFrames', { cameraId: 'door' }), /^Error: full$/);
  await assert.rejects(late.request('createWebRtcTransport', {}), /^Error: full$/);
  assert.equal(sfu.stats.transports, 2);
  assert.equal(capacity.stats.refused, 3);

  const { id: successor } = await watching.request('createWebRtcTransport', {});
  const moved = await watching.request('consume', { transportId: successor, cameraId: 'door' });
  await watching.request('resumeConsumer', { consumerId: moved.id });
  const other = await watching.request('consume', { transportId, cameraId: 'garden' });
  await assert.rejects(watching.request('resumeConsumer', { consumerId: other.id }), /^Error: full$/);

  relieve(capacity);
  await late.request('resumeConsumer', { consumerId: ready });
  await late.request('pauseConsumer', { consumerId: ready });
  assert.equal(capacity.stats.watching, 8);
  for (const socket of [watching, late]) socket.close();
  await until('they have left', () => capacity.stats.watching === 7);
});

test('a current viewer may fall back to pictures on a full server', async (context) => {
  const { capacity, url } = await startSignaling(context, new Set(['door']));
  const socket = await SignalingSocket.open(url, 'viewer');
  const { id: transportId } = await socket.request('createWebRtcTransport', {});
  const { id: consumerId } = await socket.request('consume', { transportId, cameraId: 'door' });
  await socket.request('resumeConsumer', { consumerId });
  for (let i = 0; i < 7; i++) capacity.open({ userId: `viewer ${i}` }, 'door');
  overload(capacity);
  const { watchId } = await socket.request('watchFrames', { cameraId: 'door' });
  await assert.rejects(socket.request('watchFrames', { cameraId: 'door' }), /^Error: full$/);
  await socket.request('closeConsumer', { consumerId });
  await socket.request('stopFrames', { watchId });
  assert.equal(capacity.stats.streams, 7);
  socket.close();
});

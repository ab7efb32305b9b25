import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws';
import { ApiError } from '../../../client/http/api-error.ts';
import { Backoff } from '../../../client/signaling/backoff.ts';
import {
  SignalingClient,
  type SignalingState,
  type TokenSource,
} from '../../../client/signaling/signaling-client.ts';
import { SIGNALING_CLOSE, SIGNALING_SUBPROTOCOL } from '../../../server/wire/signaling.ts';

interface Message {
  type: string;
  id?: number;
  method?: string;
  token?: string;
  data?: Record<string, unknown>;
}

type OnMessage = (message: Message, socket: ServerSocket) => void;

const authenticated = (expiresInSeconds = 900): string =>
  JSON.stringify({ type: 'authenticated', expiresInSeconds });
const response = (id: number | undefined, data: unknown): string =>
  JSON.stringify({ type: 'response', id, ok: true, data });

/** A real WebSocket server; it answers the clock exchanges, `onMessage` handles the rest. */
async function serve(context: TestContext, onMessage: OnMessage) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as Message;
      if (message.method === 'getTime') {
        socket.send(response(message.id, { t0: message.data?.['t0'], t1: 1, t2: 1 }));
      } else onMessage(message, socket);
    });
  });
  context.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/signaling` };
}

function client(context: TestContext, url: string, tokens: Partial<TokenSource> = {}): SignalingClient {
  const signaling = new SignalingClient({
    url,
    tokens: { accessToken: () => Promise.resolve('token'), rejectToken: () => undefined, ...tokens },
    backoff: new Backoff({ baseMs: 2, maxMs: 4 }),
  });
  context.after(() => signaling.stop());
  return signaling;
}

function reaches(signaling: SignalingClient, wanted: SignalingState): Promise<void> {
  return new Promise((resolve) => {
    const stop = signaling.on('state', (state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
  });
}

test('the token is the first message, on the right subprotocol, and only the answer opens', async (context) => {
  const first = Promise.withResolvers<{ message: Message; socket: ServerSocket }>();
  const { url } = await serve(context, (message, socket) => first.resolve({ message, socket }));
  const signaling = client(context, url);
  signaling.start();
  const { message, socket } = await first.promise;
  assert.deepEqual(message, { type: 'authenticate', token: 'token' });
  assert.equal(socket.protocol, SIGNALING_SUBPROTOCOL);
  assert.equal(signaling.state, 'connecting');
  const open = reaches(signaling, 'open');
  socket.send(authenticated());
  await open;
  assert.equal(signaling.epoch, 1);
});

test('requests are answered in any order, errors with their code', async (context) => {
  const waiting: Message[] = [];
  const { url } = await serve(context, (message, socket) => {
    if (message.type === 'authenticate') return socket.send(authenticated());
    waiting.push(message);
    if (waiting.length < 2) return;
    const error = { code: 'notFound', detail: 'no such consumer' };
    socket.send(JSON.stringify({ type: 'response', id: waiting[1]?.id, ok: false, error }));
    socket.send(response(waiting[0]?.id, {}));
  });
  const signaling = client(context, url);
  const open = reaches(signaling, 'open');
  signaling.start();
  await open;
  const good = signaling.request('pauseConsumer', { consumerId: 'a' });
  await assert.rejects(signaling.request('pauseConsumer', { consumerId: 'b' }), {
    code: 'notFound',
    message: 'no such consumer',
  });
  assert.deepEqual(await good, {});
});

test('a request without an answer times out', async (context) => {
  const { url } = await serve(context, (message, socket) => {
    if (message.type === 'authenticate') socket.send(authenticated());
  });
  const signaling = client(context, url);
  const open = reaches(signaling, 'open');
  signaling.start();
  await open;
  await assert.rejects(signaling.request('createWebRtcTransport', {}, 5), { code: 'timeout' });
});

test('without a connection a request fails at once', async (context) => {
  const signaling = client(context, 'ws://127.0.0.1:1/');
  await assert.rejects(signaling.request('createWebRtcTransport', {}), { code: 'disconnected' });
});

test('a lost connection rejects pending requests and returns with a new epoch', async (context) => {
  const { url } = await serve(context, (message, socket) => {
    if (message.type === 'authenticate') socket.send(authenticated());
    else socket.terminate();
  });
  const signaling = client(context, url);
  const open = reaches(signaling, 'open');
  signaling.start();
  await open;
  const again = reaches(signaling, 'open');
  await assert.rejects(signaling.request('createWebRtcTransport', {}), { code: 'disconnected' });
  await again;
  assert.equal(signaling.epoch, 2);
});

test('after "unauthorized" the token is rejected before the next attempt', async (context) => {
  const tokensSeen: (string | undefined)[] = [];
  const { url } = await serve(context, (message, socket) => {
    tokensSeen.push(message.token);
    if (message.token === 'stale') socket.close(SIGNALING_CLOSE.unauthorized);
    else socket.send(authenticated());
  });
  let current = 'stale';
  const signaling = client(context, url, {
    accessToken: () => Promise.resolve(current),
    rejectToken: (token) => {
      assert.equal(token, 'stale');
      current = 'fresh';
    },
  });
  const open = reaches(signaling, 'open');
  signaling.start();
  await open;
  assert.deepEqual(tokensSeen, ['stale', 'fresh']);
});

test('when the session has ended it stops for good', async (context) => {
  const { url } = await serve(context, () => undefined);
  const signaling = client(context, url, {
    accessToken: () => Promise.reject(new ApiError('unauthorized', 'Sign in first.', 401)),
  });
  const stopped = reaches(signaling, 'stopped');
  signaling.start();
  await stopped;
});

test('when no token is available now, it tries again', async (context) => {
  const { url } = await serve(context, (_message, socket) => socket.send(authenticated()));
  let tries = 0;
  const signaling = client(context, url, {
    accessToken: () =>
      ++tries < 3 ? Promise.reject(new ApiError('unreachable', 'No answer.', 0)) : Promise.resolve('token'),
  });
  const open = reaches(signaling, 'open');
  signaling.start();
  await open;
  assert.equal(tries, 3);
});

test('the token is renewed on the open socket before it expires', async (context) => {
  const renewed = Promise.withResolvers<Message>();
  const { url } = await serve(context, (message, socket) => {
    if (message.type === 'authenticate') socket.send(authenticated(0.02));
    else {
      socket.send(response(message.id, { expiresInSeconds: 900 }));
      renewed.resolve(message);
    }
  });
  let issued = 0;
  const signaling = client(context, url, { accessToken: () => Promise.resolve(`token ${++issued}`) });
  signaling.start();
  const { method, data } = await renewed.promise;
  assert.equal(method, 'authenticate');
  assert.deepEqual(data, { token: 'token 2' });
  assert.equal(signaling.epoch, 1);
});

test('notifications and clock exchanges are passed on', async (context) => {
  const { url } = await serve(context, (_message, socket) => {
    socket.send(authenticated());
    socket.send(
      JSON.stringify({ type: 'notification', method: 'cameraStatus', data: { cameraId: 'cam_1' } }),
    );
  });
  const signaling = client(context, url);
  const online = new Promise<string>((resolve) =>
    signaling.on('cameraStatus', ({ cameraId }) => resolve(cameraId)),
  );
  const exchange = new Promise<{ t1: number }>((resolve) => signaling.on('clock', resolve));
  signaling.start();
  assert.equal(await online, 'cam_1');
  assert.equal((await exchange).t1, 1);
});

test('a nudge skips the backoff', async (context) => {
  let connections = 0;
  const { server, url } = await serve(context, (_message, socket) => {
    if (++connections === 1) socket.close(SIGNALING_CLOSE.tooManyMessages);
    else socket.send(authenticated());
  });
  assert.ok(server);
  const signaling = client(context, url);
  const waiting = reaches(signaling, 'waiting');
  signaling.start();
  await waiting;
  // After "too many messages" it would wait for ten seconds.
  const open = reaches(signaling, 'open');
  signaling.nudge();
  await open;
});

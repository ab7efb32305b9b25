/** Commands that go on, against a server that plays their part: events that follow, a stream that stalls. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { ApiCaller } from '../../server/command-line/api-caller.ts';
import { snapshot, watch } from '../../server/command-line/commands/cameras.ts';
import { listEvents } from '../../server/command-line/commands/events.ts';
import type { CommandError } from '../../server/command-line/command-error.ts';
import type { CommandOptions, CommandRun } from '../../server/command-line/command-run.ts';
import { Output } from '../../server/command-line/output.ts';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

async function runWith(context: TestContext, options: CommandOptions, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await until('it listens', () => server.listening);
  const stop = new AbortController();
  context.after(() => {
    stop.abort();
    server.closeAllConnections();
    server.close();
  });
  const printed: { id?: string }[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run: CommandRun = {
    api: new ApiCaller({ url, key: 'vigie_a' }, stop.signal),
    output: new Output(true, { out: (text) => printed.push(JSON.parse(text)), progress: undefined }),
    words: ['cam_1'],
    options,
    environment: {},
    nowMs: () => performance.timeOrigin + performance.now(),
    gone: stop.signal,
  };
  return { run, printed, stop, server };
}

const eventOf = (number: number) => ({
  id: `evt_${number}`,
  cameraId: 'cam_1',
  kind: 'motion',
  sourceName: '',
  zones: [],
  startedAtMs: number,
  endedAtMs: number,
});

/** A server that lists events, tells them over signaling, and closes sockets. */
async function followed(context: TestContext, events: { now: object[] }) {
  const sockets: WebSocket[] = [];
  const rig = await runWith(context, { follow: true }, ({ url = '' }, response) => {
    const limit = Number(new URL(url, 'http://x').searchParams.get('limit'));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(events.now.slice(0, limit)));
  });
  const upgrades = new WebSocketServer({ noServer: true });
  rig.server.on('upgrade', (request, socket, head) =>
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.once('message', (data) => {
        assert.deepEqual(JSON.parse((data as Buffer).toString()), { type: 'authenticate', token: 'vigie_a' });
        webSocket.send(JSON.stringify({ type: 'authenticated', expiresInSeconds: null }));
        sockets.push(webSocket);
      });
    }),
  );
  const delays = { firstMs: 1, mostMs: 1, giveUpMs: 1000 };
  const ended = listEvents(rig.run, delays).then(
    () => assert.fail('it ended by itself'),
    (error: unknown) => error,
  );
  const tell = (event: object): void =>
    sockets.at(-1)?.send(JSON.stringify({ type: 'notification', method: 'event', data: event }));
  const ids = (from = 0): (string | undefined)[] => rig.printed.slice(from).map(({ id }) => id);
  return { ...rig, sockets, ended, tell, ids };
}

test('events are told once each, and those missed while the connection was lost are read', async (context) => {
  // The newest first.
  const events = { now: Array.from({ length: 260 }, (_, index) => eventOf(260 - index)) };
  const { sockets, tell, ids, stop, ended, printed } = await followed(context, events);
  await until('it is connected', () => sockets.length === 1);
  tell(eventOf(260));
  tell({ ...eventOf(1), endedAtMs: 900 });
  tell(eventOf(261));
  tell({ ...eventOf(261), endedAtMs: 900 });
  await until('the new one', () => printed.length >= 21);
  assert.deepEqual([ids()[19], ids(20)], ['evt_260', ['evt_261']]);
  // Others were removed meanwhile: older ones come onto the page from below.
  events.now = [eventOf(263), eventOf(262), eventOf(261), ...events.now.slice(60)];
  sockets[0]?.terminate();
  await until('it is connected again', () => sockets.length === 2);
  tell(eventOf(264));
  await until('the next', () => printed.length >= 24);
  assert.deepEqual(ids(21), ['evt_262', 'evt_263', 'evt_264']);
  stop.abort();
  assert.equal(((await ended) as Error).name, 'AbortError');
});

for (const [code, failure] of [
  [SIGNALING_CLOSE.signedOut, 'notAllowed'],
  [SIGNALING_CLOSE.tokenExpired, 'notAllowed'],
  [SIGNALING_CLOSE.tooManySessions, 'failed'],
] as const)
  test(`a server that closes with ${code} ends it: ${failure}`, async (context) => {
    const { sockets, ended } = await followed(context, { now: [] });
    await until('it is connected', () => sockets.length === 1);
    sockets[0]?.close(code);
    assert.equal(((await ended) as CommandError).failure, failure);
  });

test('a server that stays away ends it', async (context) => {
  const { sockets, ended, server } = await followed(context, { now: [] });
  await until('it is connected', () => sockets.length === 1);
  server.close();
  sockets[0]?.terminate();
  assert.equal(((await ended) as CommandError).failure, 'unreachable');
});

for (const [what, pictures] of [
  ['after a picture', 1],
  ['before the first', 0],
] as const)
  test(`a stream that stalls ${what} is watched for no longer than asked`, async (context) => {
    const { run, printed } = await runWith(context, { for: '0.3' }, ({ url }, response) => {
      if (url === '/api/cameras') {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify([{ id: 'cam_1', name: 'Door', status: 'live', rights: [] }]));
        return;
      }
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      response.flushHeaders();
      if (pictures) response.write('--b\r\nContent-Length: 2\r\nX-Timestamp: 1\r\n\r\nab');
    });
    if (pictures) await watch(run);
    else await assert.rejects(watch(run), { failure: 'failed', message: /no picture came within 0.3 s/ });
    assert.equal(printed.length, pictures);
  });

test('a download that is cut off leaves the file as it was, and no other', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'door.jpg');
  const { run } = await runWith(context, { output: path }, ({ url }, response) => {
    if (url === '/api/cameras') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify([{ id: 'cam_1', name: 'Door', status: 'online', rights: [] }]));
      return;
    }
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': '1000' });
    response.write('half of it', () => response.destroy());
  });
  await assert.rejects(snapshot(run));
  assert.deepEqual(readdirSync(folder), []);
  writeFileSync(path, 'of yesterday');
  await assert.rejects(snapshot(run));
  assert.deepEqual([readdirSync(folder), readFileSync(path, 'utf8')], [['door.jpg'], 'of yesterday']);
});

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { Backoff } from '../../../client/signaling/backoff.ts';
import { SignalingClient, type SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';
import { isServerThere, UpgradeCheck } from '../../../client/signaling/upgrade-check.ts';
import { until } from '../../support/until.ts';

class ScriptedSignaling extends Emitter<SignalingClientEvents> {
  tell<E extends keyof SignalingClientEvents>(event: E, data: SignalingClientEvents[E]): void {
    this.emit(event, data);
  }
}

test('a server that answers while its WebSocket does not open is told, and no more when it opens', async () => {
  const signaling = new ScriptedSignaling();
  let asked = 0;
  const check = new UpgradeCheck(signaling, () => {
    asked++;
    return Promise.resolve(true);
  });
  const told: boolean[] = [];
  check.on('change', (blocked) => told.push(blocked));
  signaling.tell('unopened', 1);
  await nextTurn();
  assert.equal(asked, 0, 'one that has just come back may refuse one');
  signaling.tell('unopened', 2);
  await nextTurn();
  assert.equal(check.blocked, false, 'it may have come back since');
  signaling.tell('unopened', 3);
  await nextTurn();
  assert.equal(check.blocked, true);
  signaling.tell('state', 'open');
  assert.deepEqual(told, [true, false]);
});

test('a server that is away is not', async () => {
  const signaling = new ScriptedSignaling();
  const check = new UpgradeCheck(signaling, () => isServerThere('http://127.0.0.1:1'));
  signaling.tell('unopened', 5);
  await until('it was asked', async () => !(await isServerThere('http://127.0.0.1:1')));
  assert.equal(check.blocked, false);
});

test('tries whose socket does not open are counted, and asked about', async (context) => {
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on('upgrade', (_request, socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 426 Upgrade Required\r\n\r\n'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const signaling = new SignalingClient({
    url: `ws://127.0.0.1:${port}/signaling`,
    tokens: { accessToken: () => Promise.resolve('token'), rejectToken: () => undefined },
    backoff: new Backoff({ baseMs: 2, maxMs: 4 }),
  });
  context.after(() => {
    signaling.stop();
    server.closeAllConnections();
    server.close();
  });
  const check = new UpgradeCheck(signaling, () => isServerThere(`http://127.0.0.1:${port}`));
  signaling.start();
  await until('it is told', () => check.blocked);
});

/**
 * Almost valid messages, made like the fuzzing makes them, at every public listener: camera, signaling, HTTP and UDP.
 * None may crash the server, and each costs at most its connection.
 */

import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { CAMERA_SUBPROTOCOL } from '../../../server/wire/camera-protocol.ts';
import { SIGNALING_SUBPROTOCOL } from '../../../server/wire/signaling.ts';
import { mutatedBytes, mutatedJson } from '../../fuzz/arbitraries.ts';
import { call } from '../../support/http-call.ts';
import { connectivityCheck } from '../../support/node-viewer.ts';
import { strangersAddress, type Attack, type Target } from '../attack.ts';

interface Given {
  rtcPort: number;
}

const PER_SECOND = 50;
const MESSAGES = 500;
const DATAGRAMS_AT_ONCE = 20;
const PATIENCE_MS = 1_000;

export const attack: Attack<Given> = {
  name: 'damaged-messages',
  title: 'almost good messages at every door',
  prepare: async (stage) => ({ rtcPort: (await (await stage.administrator()).status()).sfu.port }),
  run: async (target) => {
    const counts = { messages: 0, datagrams: 0 };
    await Promise.all([
      repeat(target, counts, JSON_MESSAGES.hello, (text, from) =>
        saySomething(`ws://127.0.0.1:${target.port}/camera`, CAMERA_SUBPROTOCOL, text, from),
      ),
      repeat(target, counts, JSON_MESSAGES.authenticate, (text, from) =>
        saySomething(`ws://127.0.0.1:${target.port}/signaling`, SIGNALING_SUBPROTOCOL, text, from),
      ),
      repeat(target, counts, JSON_MESSAGES.login, (text, from) =>
        call(target.port, { method: 'POST', path: '/api/auth/login', text, from }),
      ),
      repeat(target, counts, JSON_MESSAGES.pairing, (text, from) =>
        call(target.port, { method: 'POST', path: '/api/pairing', text, from }),
      ),
      sendDatagrams(target, counts),
    ]);
    return counts;
  },
};

const JSON_MESSAGES = {
  hello: mutatedJson({
    type: 'hello',
    cameraId: 'cam_1',
    nonce: 'A'.repeat(43),
    hmac: '0'.repeat(64),
    firmware: '1.2.3',
    board: 'AI-Thinker',
    sensor: 'OV2640',
    capabilities: ['set'],
  }),
  authenticate: mutatedJson({ type: 'authenticate', token: 'a.b.c' }),
  login: mutatedJson({ username: 'somebody', password: 'a password' }),
  pairing: mutatedJson({ code: 'K7QF-3MZP', board: 'AI-Thinker', firmware: '1.2.3' }),
};

/** Other messages each time, from another address each time. */
async function repeat(
  { untilMs }: Target<Given>,
  counts: { messages: number },
  messages: fc.Arbitrary<string>,
  send: (text: string, from: string) => Promise<unknown>,
): Promise<void> {
  while (Date.now() < untilMs) {
    for (const text of fc.sample(messages, MESSAGES)) {
      if (Date.now() >= untilMs) return;
      await send(text, strangersAddress(10, counts.messages));
      counts.messages++;
      await delay(1_000 / PER_SECOND);
    }
  }
}

async function saySomething(
  url: string,
  subprotocol: string,
  text: string,
  localAddress: string,
): Promise<void> {
  const socket = new WebSocket(url, subprotocol, { localAddress });
  socket.on('error', () => undefined);
  socket.on('open', () => socket.send(text));
  const signal = AbortSignal.timeout(PATIENCE_MS);
  await once(socket, 'close', { signal }).catch(() => undefined);
  socket.terminate();
}

async function sendDatagrams(
  { untilMs, given }: Target<Given>,
  counts: { datagrams: number },
): Promise<void> {
  const check = connectivityCheck({ usernameFragment: '0123456789abcdef', password: 'x'.repeat(32) });
  const damaged = mutatedBytes(fc.constant(check));
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  while (Date.now() < untilMs) {
    for (const datagram of fc.sample(damaged, DATAGRAMS_AT_ONCE)) {
      socket.send(datagram, given.rtcPort, '127.0.0.1');
      counts.datagrams++;
    }
    await delay(1_000 / PER_SECOND);
  }
  socket.close();
}

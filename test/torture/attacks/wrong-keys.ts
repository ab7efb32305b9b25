/**
 * API keys that do not work, by Bearer and by Basic, over HTTP and signaling, from one address and from everywhere; and
 * one good key that a hundred addresses use at once. A program at home with a key of its own is served all the while.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { makeApiKey } from '../../../server/accounts/api-key-secret.ts';
import type { MadeApiKey } from '../../../server/wire/api-key.ts';
import { SIGNALING_PATH, SIGNALING_SUBPROTOCOL } from '../../../server/wire/signaling.ts';
import { call } from '../../support/http-call.ts';
import {
  strangersAddress,
  type Attack,
  type Counts,
  type Finding,
  type Stage,
  type Target,
} from '../attack.ts';

interface Given {
  shared: string;
  cameraId: string;
}

const AT_ONCE = 32;
const PAUSE_MS = 20;
const ADDRESSES = 100;
const SOCKETS_MS = 50;
const PROBE_MS = 500;
/** In the LAN, behind the trusted proxy like all others. */
const HOME_ADDRESS = '192.168.1.30';
const MAX_MS = 1_000;

export const attack: Attack<Given> = {
  name: 'wrong-keys',
  title: 'wrong API keys from everywhere, and one key used from a hundred addresses',
  prepare: async (stage) => {
    return { shared: await keyOf(stage, 'Shared'), cameraId: stage.liveCamera.id };
  },
  run: async (target) => {
    const counts: Counts = {};
    const loops = Array.from({ length: AT_ONCE }, (_, index) => ask(target, index, counts));
    await Promise.all([...loops, signIn(target, counts)]);
    return counts;
  },
  probe: programAtHome,
};

async function ask({ port, untilMs, given }: Target<Given>, index: number, counts: Counts): Promise<void> {
  const paths = ['/api/cameras', `/api/cameras/${given.cameraId}/snapshot.jpg`, '/metrics'];
  for (let turn = index; Date.now() < untilMs; turn += AT_ONCE) {
    const isShared = turn % 4 === 0;
    const key = isShared ? given.shared : wrong(turn);
    const basic = turn % 3 === 1;
    const authorization = basic ? `Basic ${Buffer.from(`any:${key}`).toString('base64')}` : `Bearer ${key}`;
    const client = turn % 2 === 0 ? `2001:db8:${(turn % ADDRESSES).toString(16)}::1` : '198.51.100.7';
    const path = paths[turn % paths.length] ?? '/';
    const { status } = await call(port, { path, client, headers: { authorization } });
    const name = `${isShared ? 'shared' : 'wrong'} ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
    await delay(PAUSE_MS);
  }
}

async function signIn({ port, untilMs }: Target<Given>, counts: Counts): Promise<void> {
  for (let turn = 0; Date.now() < untilMs; turn++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}`, SIGNALING_SUBPROTOCOL, {
      localAddress: strangersAddress(14, turn),
    });
    socket.on('error', () => undefined);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token: wrong(turn) })));
    socket.on('close', (code) => (counts[`socket ${code}`] = (counts[`socket ${code}`] ?? 0) + 1));
    await delay(SOCKETS_MS);
  }
}

/** A wrong key in a form that has to be looked up. */
function wrong(turn: number): string {
  return makeApiKey(`key_${turn.toString(36).padStart(12, 'a')}`);
}

async function keyOf(stage: Stage, name: string): Promise<string> {
  const administrator = await stage.administrator();
  const body = { name, everyCamera: ['live'], expiresAtMs: null };
  return (await administrator.request<MadeApiKey>('POST', '/keys', body)).secret;
}

async function programAtHome(stage: Stage, untilMs: number): Promise<Finding[]> {
  const headers = { authorization: `Bearer ${await keyOf(stage, 'At home')}` };
  const tookMs: number[] = [];
  while (Date.now() < untilMs) {
    const startedMs = Date.now();
    const { status } = await call(stage.port, { path: '/api/cameras', client: HOME_ADDRESS, headers });
    tookMs.push(status === 200 ? Date.now() - startedMs : Infinity);
    await delay(PROBE_MS);
  }
  const served = tookMs.filter((ms) => ms <= MAX_MS).length;
  const text = `a program at home with its own key is served ${served} of ${tookMs.length} times within ${MAX_MS / 1000} s`;
  return [{ text, ...(served < tookMs.length && { broken: 'the key of somebody else' }) }];
}

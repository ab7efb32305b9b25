/** Silent sockets at the camera listener, all from one IPv6 /64: a paired camera must still connect. */

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CAMERA_SUBPROTOCOL } from '../../../server/wire/camera-protocol.ts';
import type { Attack, Finding, Stage, Target } from '../attack.ts';
import { cameraIsWelcome } from '../camera-arrival.ts';
import { PROXY_ADDRESS } from '../../support/http-call.ts';

const SOCKETS = 200;
const RETRY_MS = 100;
const PROBE_PAUSE_MS = 3_000;
const MAX_ARRIVAL_MS = 5_000;
const NEW_ADDRESS = '127.0.0.7';

export const attack: Attack = {
  name: 'camera-endpoint',
  title: `${SOCKETS} silent sockets at the camera door from one network`,
  prepare: () => Promise.resolve(undefined),
  run: async (target) => {
    const counts = { opened: 0, refused: 0 };
    await Promise.all(Array.from({ length: SOCKETS }, (_, index) => stayAtTheDoor(target, index, counts)));
    return counts;
  },
  probe: (stage, untilMs) =>
    Promise.all([
      arrivals(stage, untilMs, 0, '127.0.0.1', 'a second camera at a known address'),
      arrivals(stage, untilMs, 1, NEW_ADDRESS, 'a second camera at a new address'),
    ]),
};

async function stayAtTheDoor(
  { port, untilMs }: Target<unknown>,
  index: number,
  counts: { opened: number; refused: number },
): Promise<void> {
  while (Date.now() < untilMs) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/camera`, CAMERA_SUBPROTOCOL, {
      localAddress: PROXY_ADDRESS,
      headers: { 'X-Forwarded-For': `2001:db8::${(index + 1).toString(16)}` },
    });
    socket.on('open', () => counts.opened++);
    socket.on('error', () => counts.refused++);
    await once(socket, 'close', { signal: AbortSignal.timeout(Math.max(1, untilMs - Date.now())) }).catch(
      () => undefined,
    );
    socket.terminate();
    await delay(RETRY_MS);
  }
}

/** The camera connects, leaves, and connects again until the attack is over. */
async function arrivals(
  { cameraUrl, otherCameras }: Stage,
  untilMs: number,
  index: number,
  from: string,
  who: string,
): Promise<Finding> {
  const camera = otherCameras[index];
  if (!camera) throw new Error('the stage has too few cameras');
  const tookMs: number[] = [];
  await delay(PROBE_PAUSE_MS);
  while (Date.now() < untilMs - MAX_ARRIVAL_MS || tookMs.length === 0) {
    const startedMs = Date.now();
    const welcome = await cameraIsWelcome(cameraUrl, camera, from, startedMs + 2 * MAX_ARRIVAL_MS);
    tookMs.push(welcome ? Date.now() - startedMs : Infinity);
    await delay(PROBE_PAUSE_MS);
  }
  const worstMs = Math.max(...tookMs);
  const late = tookMs.filter((ms) => ms > MAX_ARRIVAL_MS).length;
  const seconds = Number.isFinite(worstMs) ? `${(worstMs / 1000).toFixed(1)} s` : 'not at all';
  return {
    text: `${who}: online ${tookMs.length - late} of ${tookMs.length} times within ${MAX_ARRIVAL_MS / 1000} s, at worst ${seconds}`,
    ...(late > 0 && { broken: who }),
  };
}

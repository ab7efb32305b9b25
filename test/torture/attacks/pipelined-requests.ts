/** Endless requests on each connection without reading the answers: the server must not answer ahead. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { strangersAddress, sumOf, type Attack, type Counts, type Target } from '../attack.ts';

const CONNECTIONS = 20;
const NETWORKS = 4;
const BATCH = 1_000;
/** Per connection, so that a server that accepts everything ends in a finite number of them. */
const MAX_BATCHES = 300;
const RECONNECT_MS = 100;
const PATHS = ['/nothing', '/api/cameras', '/index.html', '/api/health'];

export const attack: Attack = {
  name: 'pipelined-requests',
  title: 'pipelined requests whose answers are never read',
  prepare: () => Promise.resolve(undefined),
  run: async (target) => {
    const loops = Array.from({ length: CONNECTIONS }, (_, index) => keepWriting(target, index));
    return sumOf(await Promise.all(loops));
  },
};

async function keepWriting({ port, untilMs }: Target<unknown>, index: number): Promise<Counts> {
  const path = PATHS[index % PATHS.length] ?? '/';
  const requests = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(BATCH);
  const counts = { connections: 0, requests: 0 };
  let batches = 0;
  while (Date.now() < untilMs && batches < MAX_BATCHES) {
    const localAddress = strangersAddress(1, index % NETWORKS);
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    socket.pause();
    counts.connections++;
    for (; batches < MAX_BATCHES && Date.now() < untilMs && !socket.destroyed; batches++) {
      const isFull = !socket.write(requests);
      counts.requests += BATCH;
      if (isFull) await writableAgain(socket, untilMs);
    }
    if (!socket.destroyed && batches >= MAX_BATCHES) await delay(Math.max(0, untilMs - Date.now()));
    socket.destroy();
    await delay(RECONNECT_MS);
  }
  return counts;
}

async function writableAgain(socket: Socket, untilMs: number): Promise<void> {
  const signal = AbortSignal.timeout(Math.max(1, untilMs - Date.now()));
  await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).catch(
    () => undefined,
  );
}

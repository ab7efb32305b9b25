/** Requests for files on connections that are reset at once: everything opened for the answers must be closed again. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { strangersAddress, type Attack } from '../attack.ts';

const REQUESTS = 15;
const PER_SECOND = 20;

export const attack: Attack = {
  name: 'files-left-open',
  title: 'pipelined requests for files on connections that are reset',
  prepare: () => Promise.resolve(undefined),
  run: async ({ port, untilMs }) => {
    const counts = { connections: 0, requests: 0 };
    const requests = 'GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(REQUESTS);
    while (Date.now() < untilMs) {
      const localAddress = strangersAddress(2, counts.connections);
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      await once(socket, 'connect').catch(() => undefined);
      socket.write(requests, () => socket.resetAndDestroy());
      counts.connections++;
      counts.requests += REQUESTS;
      await delay(1000 / PER_SECOND);
    }
    return counts;
  },
};

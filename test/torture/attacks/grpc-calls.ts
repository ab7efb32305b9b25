/**
 * gRPC: strangers who open connections and calls, send large messages and nonsense, and somebody with a key who watches
 * and does not read. Costs the others nothing; each call without a key ends before its message is kept.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { makeApiKey } from '../../../server/accounts/api-key-secret.ts';
import type { MadeApiKey } from '../../../server/wire/api-key.ts';
import { strangersAddress, type Attack, type Target } from '../attack.ts';

interface Given {
  grpcPort: number;
  key: string;
  cameraId: string;
}

const CALLS = 20;
const READERS = 60;
const LARGE_BYTES = 1024 * 1024;
const PAUSE_MS = 50;
const SERVICE = '/vigie.v1.VigieService';

export const attack: Attack<Given> = {
  name: 'grpc-calls',
  title: 'calls without a key or with a wrong one, nonsense, and readers that stall, by gRPC',
  prepare: async (stage) => {
    const administrator = await stage.administrator();
    const { secret } = await administrator.request<MadeApiKey>('POST', '/keys', {
      name: 'Reader',
      everyCamera: ['live'],
      expiresAtMs: null,
    });
    return { grpcPort: stage.grpcPort, key: secret, cameraId: stage.liveCamera.id };
  },
  run: async (target) => {
    const counts = { connections: 0, calls: 0, readers: 0 };
    const stalled = stall(target, counts);
    while (Date.now() < target.untilMs) {
      const session = sessionFrom(target, strangersAddress(12, counts.connections));
      counts.connections++;
      for (let call = 0; call < CALLS; call++) {
        nonsense(session, call);
        counts.calls++;
      }
      await delay(PAUSE_MS);
      session.destroy();
    }
    stalled.destroy();
    return counts;
  },
};

function sessionFrom({ given }: Target<Given>, localAddress: string): ClientHttp2Session {
  const { grpcPort: port } = given;
  const session = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => connect({ port, host: '127.0.0.1', localAddress }),
  });
  session.on('error', () => undefined);
  return session;
}

function nonsense(session: ClientHttp2Session, index: number): void {
  const paths = [
    `${SERVICE}/PublishFrames`,
    `${SERVICE}/WatchFrames`,
    '/grpc.health.v1.Health/Watch',
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    `/${randomBytes(8).toString('hex')}`,
  ];
  const call = session.request({
    ':method': 'POST',
    ':path': paths[index % paths.length],
    'content-type': 'application/grpc',
    ...(index % 2 === 0 && { authorization: `Bearer ${makeApiKey('key_222222222222')}` }),
  });
  call.on('error', () => undefined);
  call.resume();
  const length = Buffer.alloc(5);
  length.writeUInt32BE(LARGE_BYTES, 1);
  call.write(length);
  call.write(randomBytes(LARGE_BYTES / 16));
}

/** Its calls are never read. */
function stall(target: Target<Given>, counts: { readers: number }): ClientHttp2Session {
  const { key, cameraId } = target.given;
  const session = sessionFrom(target, strangersAddress(13, target.index));
  const field = Buffer.concat([Buffer.of(0x0a, cameraId.length), Buffer.from(cameraId)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(field.length, 1);
  for (let reader = 0; reader < READERS; reader++) {
    const call = session.request({
      ':method': 'POST',
      ':path': `${SERVICE}/WatchFrames`,
      'content-type': 'application/grpc',
      authorization: `Bearer ${key}`,
    });
    call.on('error', () => undefined);
    call.pause();
    call.end(Buffer.concat([head, field]));
    void once(call, 'response').then(
      () => counts.readers++,
      () => undefined,
    );
  }
  return session;
}

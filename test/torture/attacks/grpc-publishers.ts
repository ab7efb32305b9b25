/**
 * gRPC: programs with a key that may publish, and do it badly: pictures as fast as they go, of which no acknowledgement is
 * read, bytes that are no picture, and halves of pictures that are never finished. Each costs its own camera.
 */

import { randomBytes } from 'node:crypto';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, makeGenericClientConstructor, Metadata } from '@grpc/grpc-js';
import { loadProto } from '../../../server/grpc/service-definition.ts';
import type { MadeApiKey } from '../../../server/wire/api-key.ts';
import { jpegPictures } from '../../support/jpeg-pictures.ts';
import type { Attack, Target } from '../attack.ts';

interface Given {
  grpcPort: number;
  key: string;
  cameraIds: string[];
}

/** Cameras are published in one of these ways, in turns. */
const WAYS = ['flood', 'noise', 'unread', 'half'] as const;
const HALF_BYTES = 512 * 1024;
/** Each call begins anew after this, and replaces itself. */
const CALL_MS = 5_000;
/** Before the next call, after one that the server ended. */
const REFUSED_MS = 100;
/** For timers between two messages of a client that is never held up. */
const MESSAGES_AT_ONCE = 8;

export const attack: Attack<Given> = {
  name: 'grpc-publishers',
  title: 'pictures as fast as they go, noise and halves of pictures, by gRPC with a key that may publish',
  prepare: async (stage) => {
    const administrator = await stage.administrator();
    const cameras = stage.otherCameras.map(({ id }) => ({ cameraId: id, rights: ['publish'] }));
    const body = { name: 'Publisher', cameras, expiresAtMs: null };
    const { secret } = await administrator.request<MadeApiKey>('POST', '/keys', body);
    return { grpcPort: stage.grpcPort, key: secret, cameraIds: cameras.map(({ cameraId }) => cameraId) };
  },
  run: async (target) => {
    const counts = { calls: 0, messages: 0, 'frames arrived': 0, 'frames refused': 0, halves: 0 };
    const pictures = jpegPictures({ width: 640, height: 480, count: 4 });
    await Promise.all(
      target.given.cameraIds.map(async (cameraId, index) => {
        const way = WAYS[index % WAYS.length] ?? 'flood';
        while (Date.now() < target.untilMs) {
          counts.calls++;
          if (way === 'half') await leaveHalf(target, counts);
          else
            await publish(
              target,
              cameraId,
              way,
              way === 'noise' ? [randomBytes(HALF_BYTES)] : pictures,
              counts,
            );
        }
      }),
    );
    return counts;
  },
};

type PublishCounts = Record<'messages' | 'frames arrived' | 'frames refused' | 'halves', number>;

/** One call, and each message as soon as the one before it has left. */
async function publish(
  { given, untilMs }: Target<Given>,
  cameraId: string,
  way: 'flood' | 'noise' | 'unread',
  jpegs: readonly Buffer[],
  counts: PublishCounts,
): Promise<void> {
  const endMs = Math.min(untilMs, Date.now() + CALL_MS);
  const client = new Client(`127.0.0.1:${given.grpcPort}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${given.key}`);
  const call = client['PublishFrames']?.(metadata);
  let last = { received: 0, refused: 0 };
  const state = { isOpen: true };
  if (way !== 'unread') call.on('data', ({ ack }: { ack?: typeof last }) => (last = ack ?? last));
  call.on('error', () => (state.isOpen = false));
  call.on('end', () => (state.isOpen = false));
  call.write({ start: { cameraId } });
  const over = delay(Math.max(0, endMs - Date.now()));
  for (let message = 0; state.isOpen && Date.now() < endMs; message++) {
    const frame = { jpeg: jpegs[message % jpegs.length] };
    const { promise, resolve } = Promise.withResolvers<void>();
    call.write({ frame }, () => resolve());
    await Promise.race([promise, over]);
    if (message % MESSAGES_AT_ONCE === 0) await delay(1);
    counts.messages++;
  }
  counts['frames arrived'] += last.received;
  counts['frames refused'] += last.refused;
  call.cancel();
  client.close();
  if (!state.isOpen) await delay(REFUSED_MS);
}

const Client = makeGenericClientConstructor(loadProto().service, 'VigieService');

/** Says that a large message comes, and sends half of it. */
async function leaveHalf({ given, untilMs }: Target<Given>, counts: PublishCounts): Promise<void> {
  const session: ClientHttp2Session = connectHttp2(`http://127.0.0.1:${given.grpcPort}`);
  session.on('error', () => undefined);
  const call = session.request({
    ':method': 'POST',
    ':path': '/vigie.v1.VigieService/PublishFrames',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${given.key}`,
  });
  call.on('error', () => undefined);
  call.resume();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(2 * HALF_BYTES, 1);
  call.write(head);
  call.write(randomBytes(HALF_BYTES), () => counts.halves++);
  await delay(Math.min(CALL_MS, Math.max(0, untilMs - Date.now())));
  session.destroy();
}

/**
 * Many gRPC clients in one process, for bench:interfaces: METHOD FPS CAMERA…, one connection and call for each camera. Prints
 * `ready` once each has had a frame, or an acknowledgement, and from then on the number of them.
 */

import {
  credentials,
  makeGenericClientConstructor,
  Metadata,
  status,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadProto } from '../../server/grpc/service-definition.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';

const [, , method = '', fps = '5', ...cameraIds] = process.argv;
const { GRPC_TARGET: target = '', GRPC_KEY: key = '' } = process.env;
const REPORT_MS = 200;
const RETRY_MS = 1_000;

const Client = makeGenericClientConstructor(loadProto().service, 'VigieService');
const metadata = new Metadata();
metadata.set('authorization', `Bearer ${key}`);
let frames = 0;
const begun = new Set<number>();
const pictures = method === 'PublishFrames' ? jpegPictures({ width: 640, height: 480, count: 25 }) : [];

for (const [index, cameraId] of cameraIds.entries()) {
  // Its own connection, as a program of its own would have.
  const client = new Client(target, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  if (method === 'WatchFrames') watch(client, index, cameraId);
  else publish(client, index, cameraId);
}

function watch(client: InstanceType<typeof Client>, index: number, cameraId: string): void {
  const call = client['WatchFrames']?.({ cameraId }, metadata);
  call.on('data', () => {
    begun.add(index);
    frames++;
  });
  // The server lets in as many as it has measured room for.
  call.on('error', ({ code, message }: ServiceError) => {
    if (code !== status.RESOURCE_EXHAUSTED) fail(message);
    setTimeout(() => watch(client, index, cameraId), RETRY_MS);
  });
}

function publish(client: InstanceType<typeof Client>, index: number, cameraId: string): void {
  const call = client['PublishFrames']?.(metadata);
  call.on('error', ({ message }: ServiceError) => fail(message));
  call.write({ start: { cameraId } });
  let received = 0;
  call.on('data', ({ ack }: { ack?: { received: number } }) => {
    if (!ack) return;
    frames += ack.received - received;
    received = ack.received;
    begun.add(index);
  });
  let next = index;
  const send = (): void => call.write({ frame: { jpeg: pictures[next++ % pictures.length] } });
  const intervalMs = 1000 / Number(fps);
  setTimeout(() => setInterval(send, intervalMs), (index * intervalMs) / cameraIds.length);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

let isReady = false;
setInterval(() => {
  if (begun.size < cameraIds.length) return;
  if (!isReady) process.stdout.write('ready\n');
  isReady = true;
  process.stdout.write(`frames ${frames}\n`);
}, REPORT_MS);

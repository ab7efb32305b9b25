import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import type { Admitted } from '../../server/grpc/call-admission.ts';
import { FramedMessage, orFramed, sendFramed } from '../../server/grpc/framed-message.ts';
import type { LiveStreams } from '../../server/grpc/live-streams.ts';
import { framesOnce, loadProto } from '../../server/grpc/service-definition.ts';
import { watchFrames } from '../../server/grpc/watch-frames.ts';
import { createLog } from '../../server/log.ts';
import type { GrpcMessages } from '../../server/wire/grpc-messages.ts';
import { FakeGrpcCall } from '../support/fake-grpc-call.ts';

type Message = GrpcMessages['WatchFramesResponse'];

const proto = loadProto();
const decode = proto.service['WatchFrames']?.responseDeserialize as (bytes: Buffer) => Message;

function setUp() {
  const listeners = new Set<(frame: CameraFrame) => void>();
  const parts = {
    live: { open: () => ({ userId: 'anna' }) } as unknown as LiveStreams,
    frames: {
      latest: () => undefined,
      subscribe: (_cameraId: string, onFrame: (frame: CameraFrame) => void) => {
        listeners.add(onFrame);
        return { close: () => listeners.delete(onFrame) };
      },
    },
    scaleFrame: () => assert.fail('nothing is scaled'),
    once: framesOnce(proto),
    dates: unmappedTime(),
    log: createLog('silent'),
  };
  const watch = (): FakeGrpcCall<Message> => {
    const call = new FakeGrpcCall<Message>();
    watchFrames(parts, call.stream, { cameraId: 'door' }, {} as Admitted);
    return call;
  };
  const send = (mark: number): void => {
    const us = mark * 1_000_000;
    const jpeg = Uint8Array.of(mark);
    const frame = { cameraId: 'door', jpeg, width: 64, height: 48, captureUs: us, receivedUs: us };
    for (const listener of listeners) listener(frame);
  };
  return { watch, send };
}

const sentOf = (call: FakeGrpcCall<Message>): (readonly [mark: number | undefined, passedOver: number])[] =>
  call.sent.map((message) => {
    const { jpeg, passedOver } = message instanceof FramedMessage ? decode(message.message) : message;
    return [jpeg[0], passedOver] as const;
  });

test('readers of one picture share its bytes, and one that missed some is told how many', () => {
  const { watch, send } = setUp();
  const [fast, other, slow] = [watch(), watch(), watch()];
  for (const mark of [1, 2, 3]) {
    send(mark);
    for (const call of [fast, other]) call.drain();
  }
  slow.drain();
  slow.drain();
  assert.ok(fast.sent[2] instanceof FramedMessage);
  assert.equal(fast.sent[2], other.sent[2]);
  assert.deepEqual(sentOf(fast), [
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  assert.deepEqual(sentOf(slow), [
    [1, 0],
    [3, 1],
  ]);
});

test('a framed message leaves with its head, where the library can be told so, and else as others do', () => {
  const framed = new FramedMessage(Buffer.from('abc'));
  const serialize = orFramed((message: string) => Buffer.from(message));
  const call = {
    serializeMessage: (message: string | FramedMessage) =>
      Buffer.concat([Buffer.of(0, 0, 0, 0, 3), serialize(message)]),
  };
  const copied = call.serializeMessage(framed);
  sendFramed(call as never);
  assert.equal(call.serializeMessage(framed), framed.bytes);
  assert.deepEqual(copied, framed.bytes);
  assert.deepEqual(call.serializeMessage('abc'), framed.bytes);
  sendFramed({} as never);
});

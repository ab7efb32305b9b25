import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EncodedFrame, KeyframeSource } from '../../server/core/video/encoded-frame.ts';
import { unmappedTime } from '../../server/core/site-clock.ts';
import type { Admitted } from '../../server/grpc/call-admission.ts';
import type { LiveStreams } from '../../server/grpc/live-streams.ts';
import { EncodedWatches, MAX_WAITING } from '../../server/grpc/watch-encoded.ts';
import type { GrpcMessages } from '../../server/wire/grpc-messages.ts';
import { FakeGrpcCall } from '../support/fake-grpc-call.ts';

type Message = GrpcMessages['WatchEncodedResponse'];

const SECOND_US = 1_000_000;
const ADMITTED: Admitted = {
  key: '',
  address: '192.0.2.1',
  secure: false,
  device: undefined,
  allowMessages: () => undefined,
};

function setUp() {
  let nowUs = 0;
  let deliver: ((frame: EncodedFrame) => void) | undefined;
  const requested: (KeyframeSource | undefined)[] = [];
  let closed = 0;
  const watches = new EncodedWatches({
    live: { open: () => ({ userId: 'anna' }) } as unknown as LiveStreams,
    video: {
      subscribe: (_cameraId, onFrame) => {
        deliver = onFrame;
        return { close: () => closed++ };
      },
      requestKeyframe: (_cameraId, of) => requested.push(of),
    },
    dates: unmappedTime(),
    clock: () => nowUs,
  });
  const open = (): FakeGrpcCall<Message> => {
    const call = new FakeGrpcCall<Message>();
    watches.watch(call.stream, { cameraId: 'door' }, ADMITTED);
    return call;
  };
  const frame = (keyframe = false): void => {
    nowUs += SECOND_US / 25;
    deliver?.({
      captureUs: nowUs,
      data: Uint8Array.of(1),
      keyframe,
      repeated: false,
      width: 64,
      height: 48,
    } as EncodedFrame);
  };
  return { open, frame, requested, closedCount: () => closed, wait: (us: number) => (nowUs += us) };
}

suite('WatchEncoded', () => {
  test('begins with a keyframe', () => {
    const { open, frame } = setUp();
    const call = open();
    frame();
    assert.deepEqual(call.sent, []);
    frame(true);
    call.drain();
    frame();
    assert.deepEqual(
      call.sent.map(({ keyframe, passedOver }) => [keyframe, passedOver]),
      [
        [true, 1],
        [false, 1],
      ],
    );
  });

  test('sends one frame at a time, and none is lost over a short stall', () => {
    const { open, frame } = setUp();
    const call = open();
    frame(true);
    for (let count = 0; count < MAX_WAITING; count++) frame();
    assert.equal(call.sent.length, 1);
    call.drain();
    assert.deepEqual([call.sent.length, call.sent.at(-1)?.passedOver], [1 + MAX_WAITING, 0]);
  });

  test('falls to the next keyframe in a longer stall, and asks for one once it reads again', () => {
    const { open, frame, requested } = setUp();
    const call = open();
    frame(true);
    for (let count = 0; count < 10 * MAX_WAITING; count++) frame();
    assert.deepEqual([call.sent.length, requested.length], [1, 0]);
    call.drain();
    for (let count = 0; count < 5; count++) frame();
    assert.deepEqual([call.sent.length, requested], [1, ['next']]);
    frame(true);
    assert.deepEqual(
      call.sent.slice(1).map(({ keyframe, passedOver }) => [keyframe, passedOver]),
      [[true, 10 * MAX_WAITING + 5]],
    );
  });

  test('takes the newest keyframe in place of what waits before it', () => {
    const { open, frame } = setUp();
    const call = open();
    frame(true);
    for (let count = 0; count < 5; count++) frame();
    frame(true);
    call.drain();
    assert.deepEqual(
      call.sent.map(({ keyframe }) => keyframe),
      [true, true],
    );
  });

  test('lets one reader cost the others a keyframe in ten seconds at most', () => {
    const { open, frame, requested } = setUp();
    const call = open();
    for (let second = 0; second < 10; second++) {
      frame(true);
      for (let count = 0; count < 2 * MAX_WAITING; count++) frame();
      call.drain();
      frame();
    }
    assert.equal(requested.length, 1);
  });

  test('is refused to a user who opens it again and again', () => {
    const { open, closedCount, wait } = setUp();
    for (let count = 0; count < 8; count++) open().end();
    assert.equal(closedCount(), 8);
    assert.throws(open, { code: 'tooManyRequests' });
    wait(5 * SECOND_US);
    open();
  });
});

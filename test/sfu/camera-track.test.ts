import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraTrack } from '../../server/sfu/camera-track.ts';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';

const FRAME: EncodedFrame = {
  cameraId: 'door',
  keyframe: true,
  repeated: false,
  width: 640,
  height: 480,
  data: Buffer.from('picture'),
  timestamp90k: 1,
  captureUs: 1,
  receivedUs: 1,
  decodeStartUs: 1,
  decodedUs: 1,
  encodedUs: 1,
};

test('a viewer that fails on a frame does not affect the others, and the error is reported', () => {
  let deliver: ((frame: EncodedFrame) => void) | undefined;
  const track = new CameraTrack(
    'door',
    {
      subscribe: (_cameraId, onFrame) => {
        deliver = onFrame;
        return { close: () => undefined };
      },
      requestKeyframe: () => undefined,
    },
    () => 0,
  );
  const seen: string[] = [];
  const failure = new Error('no path');
  track.add({ onFrame: () => seen.push('first') });
  track.add({
    onFrame: () => {
      throw failure;
    },
  });
  track.add({ onFrame: () => seen.push('last') });
  assert.throws(
    () => deliver?.(FRAME),
    (error: unknown) => error instanceof AggregateError && error.errors[0] === failure,
  );
  assert.deepEqual(seen, ['first', 'last']);
});

test('after each frame the track reports the time for all viewers, also when one of them failed', () => {
  let deliver: ((frame: EncodedFrame) => void) | undefined;
  let nowUs = 100;
  const times: number[][] = [];
  const video = {
    subscribe: (_cameraId: string, onFrame: (frame: EncodedFrame) => void) => {
      deliver = onFrame;
      return { close: () => undefined };
    },
    requestKeyframe: () => undefined,
  };
  const track = new CameraTrack(
    'door',
    video,
    () => nowUs,
    (...each) => times.push(each),
  );
  track.add({ onFrame: () => (nowUs += 7) });
  track.add({
    onFrame: () => {
      nowUs += 3;
      throw new Error('no path');
    },
  });
  assert.throws(() => deliver?.(FRAME), AggregateError);
  assert.deepEqual(times, [[FRAME.encodedUs, 100, 110]]);
});

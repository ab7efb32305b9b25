import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodedFrame, EncodedVideo } from '../../server/core/video/encoded-frame.ts';
import { timestamp90kAt } from '../../server/core/rtp/rtp-clock.ts';
import { CameraTrack } from '../../server/sfu/camera-track.ts';
import { Consumer } from '../../server/sfu/consumer.ts';

const CAMERA = 'cam_1';

function frameOf(index: number, keyframe: boolean): EncodedFrame {
  const us = 1_700_000_000_000_000 + index * 40_000;
  return {
    cameraId: CAMERA,
    keyframe,
    width: 640,
    height: 480,
    data: Buffer.alloc(3000, index),
    timestamp90k: timestamp90kAt(us),
    captureUs: us,
    receivedUs: us,
    decodeStartUs: us,
    decodedUs: us,
    encodedUs: us,
  };
}

test('on a full line whole frames are left out, and a keyframe is asked for once there is room again', () => {
  let deliver: ((frame: EncodedFrame) => void) | undefined;
  let keyframeRequests = 0;
  const video: EncodedVideo = {
    subscribe: (_cameraId, listener) => {
      deliver = listener;
      return { close: () => undefined };
    },
    requestKeyframe: () => void keyframeRequests++,
  };
  const sequenceNumbers: number[] = [];
  const path = {
    isFull: false,
    srtp: {
      protect: (header: Buffer) => {
        sequenceNumbers.push(header.readUInt16BE(2));
        return header;
      },
    },
    send: () => true,
  };
  const track = new CameraTrack(CAMERA, video, () => 1_700_000_000_000_000);
  const identity = { mid: '0', ssrc: 1, rtxSsrc: 2, cname: 'test' };
  const consumer = new Consumer('1', identity, track, path, true);
  consumer.resume();
  let index = 0;
  const send = (keyframe = false): void => deliver?.(frameOf(index++, keyframe));

  send(true);
  send();
  assert.equal(consumer.stats.framesSent, 2);
  const asked = keyframeRequests;

  path.isFull = true;
  send();
  send(true);
  send();
  assert.equal(consumer.stats.framesSent, 2);
  assert.equal(keyframeRequests, asked, 'a keyframe that finds no room would cost the others for nothing');

  path.isFull = false;
  send();
  assert.equal(consumer.stats.framesSent, 2, 'without what was left out it cannot be shown');
  assert.equal(keyframeRequests, asked + 1);
  send();
  assert.equal(keyframeRequests, asked + 1, 'once');
  send(true);
  send();
  assert.deepEqual([consumer.stats.framesSent, consumer.stats.framesSkipped], [4, 5]);
  const gaps = sequenceNumbers.slice(1).map((number, at) => number - (sequenceNumbers[at] ?? 0));
  assert.ok(
    gaps.every((gap) => gap === 1),
    'what was never sent is nothing to ask for again',
  );
});

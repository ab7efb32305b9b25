import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVp8Frame } from '../../../server/core/video/vp8-frame.ts';
import { encodedFrames } from '../../support/encoded-frames.ts';

test('a frame says whether it is a keyframe, and a keyframe its size', () => {
  const [first, second] = encodedFrames({ count: 2 });
  assert.deepEqual(readVp8Frame(first?.data ?? new Uint8Array()), {
    keyframe: true,
    width: 320,
    height: 240,
  });
  assert.deepEqual(readVp8Frame(second?.data ?? new Uint8Array()), { keyframe: false });
});

const KEYFRAME = [0xb0, 0x65, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01];

for (const [name, bytes] of Object.entries({
  nothing: [],
  'two bytes': [0xb0, 0x65],
  zeros: Array.from({ length: 100 }, () => 0),
  'a keyframe cut in its header': KEYFRAME,
  'a keyframe without its start code': [
    ...KEYFRAME.slice(0, 3),
    0,
    0,
    0,
    ...KEYFRAME.slice(6),
    ...Array.from({ length: 900 }, () => 1),
  ],
  'a keyframe of no width': [...KEYFRAME.slice(0, 6), 0, 0, 1, 1, ...Array.from({ length: 900 }, () => 1)],
  'a first partition larger than the frame': [0xff, 0xff, 0xff, 0, 0, 0],
})) {
  test(`${name} is no frame`, () => assert.equal(readVp8Frame(Uint8Array.from(bytes)), undefined));
}

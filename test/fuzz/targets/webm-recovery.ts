/** The frames of a truncated recording, or of any other file in its place. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { recoverFrames } from '../../../server/core/recording/webm-recovery.ts';
import { mutatedBytes, repeatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const FRAMES = 8;
const FRAME_MS = 40;
const file = webm(FRAMES);
const whole = recoverFrames(file);

/** Known elements in any order, with wrong sizes and times of any length. */
const elements = fc
  .array(
    fc.oneof(
      fc
        .constantFrom('18538067', '1f43b675', '1549a966', 'ec')
        .map((id) => Buffer.from(`${id}01ffffffffffffff`, 'hex')),
      fc.uint8Array({ maxLength: 12 }).map((time) => element('e7', Buffer.from(time))),
      fc
        .tuple(fc.integer({ min: -0x8000, max: 0x7fff }), fc.boolean())
        .map(([relativeMs, keyframe]) => block(frame(keyframe, 1), relativeMs & 0xffff, keyframe)),
    ),
    { maxLength: 20 },
  )
  .map((parts) => Buffer.concat(parts));

export const webmRecovery: FuzzTarget = {
  name: 'webm-recovery',
  cases: [
    fuzzCase('a file that is cut off yields the frames before the cut', fc.nat(file.length), (length) => {
      assert.equal(whole.length, FRAMES);
      const found = recoverFrames(file.subarray(0, length));
      assert.deepEqual(found, whole.slice(0, found.length));
    }),
    fuzzCase(
      'any file yields frames in order, beginning with a keyframe',
      fc.oneof(
        { weight: 6, arbitrary: mutatedBytes(fc.constant(file)) },
        { weight: 3, arbitrary: elements },
        { weight: 1, arbitrary: repeatedBytes },
      ),
      (bytes) => {
        const found = recoverFrames(bytes);
        let total = 0;
        let lastMs = -1;
        for (const { timeMs, data } of found) {
          assert.ok(Number.isSafeInteger(timeMs) && timeMs > lastMs, `${timeMs} after ${lastMs}`);
          lastMs = timeMs;
          total += data.length;
        }
        assert.ok(total <= bytes.length);
        assert.ok(found[0]?.keyframe ?? true);
      },
    ),
  ],
};

/** Written like the recorder does: header, segment, a cluster for each keyframe, blocks. */
function webm(count: number): Buffer {
  const frames = Array.from({ length: count }, (_, index) => frame(index % 4 === 0, index));
  const clusters = frames.flatMap((data, index) => {
    const begin = index % 4 === 0 ? [clusterHead(index * FRAME_MS)] : [];
    return [...begin, block(data, (index % 4) * FRAME_MS, index % 4 === 0)];
  });
  const unknownSize = Buffer.from('01ffffffffffffff', 'hex');
  return Buffer.concat([
    element('1a45dfa3', Buffer.from('4286810142f7810142f2810442f381084282847765626d', 'hex')),
    Buffer.from('18538067', 'hex'),
    unknownSize,
    element('1549a966', Buffer.from('2ad7b1830f4240', 'hex')),
    ...clusters,
  ]);
}

function clusterHead(timeMs: number): Buffer {
  const time = Buffer.alloc(2);
  time.writeUInt16BE(timeMs);
  return Buffer.concat([Buffer.from('1f43b67501ffffffffffffff', 'hex'), element('e7', time)]);
}

function block(data: Buffer, relativeMs: number, keyframe: boolean): Buffer {
  return element(
    'a3',
    Buffer.concat([Buffer.from([0x81, relativeMs >> 8, relativeMs & 0xff, keyframe ? 0x80 : 0]), data]),
  );
}

function element(id: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(0x1000_0000 + data.length);
  return Buffer.concat([Buffer.from(id, 'hex'), size, data]);
}

/** The first bytes of a VP8 frame, and some more. */
function frame(keyframe: boolean, index: number): Buffer {
  const data = Buffer.alloc(40, index);
  data.writeUIntLE((10 << 5) | (keyframe ? 0 : 1), 0, 3);
  if (keyframe) data.set(Buffer.from('9d012a4001f000', 'hex'), 3);
  return data;
}

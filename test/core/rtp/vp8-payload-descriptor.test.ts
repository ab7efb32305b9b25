import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  VP8_DESCRIPTOR_BYTES,
  writeVp8Descriptor,
  writeVp8Numbers,
  xorVp8Numbers,
  type Vp8Numbers,
} from '../../../server/core/rtp/vp8-payload-descriptor.ts';

/** Before the descriptor. */
const OFFSET = 3;
const FRAME = { start: true, tid: 2, layerSync: true, nonReference: true };

function described(write: (target: Uint8Array) => void): string {
  const target = new Uint8Array(OFFSET + VP8_DESCRIPTOR_BYTES);
  writeVp8Descriptor(target.subarray(OFFSET), FRAME);
  write(target);
  return Buffer.from(target).toString('hex');
}

const NUMBERS: [numbers: Vp8Numbers, bytes: string][] = [
  [{ pictureId: 0, tl0PicIdx: 0 }, '000000b0e0800000a0'],
  [{ pictureId: 0x1234, tl0PicIdx: 0x56 }, '000000b0e0923456a0'],
  [{ pictureId: 0x7fff, tl0PicIdx: 0xff }, '000000b0e0ffffffa0'],
];

for (const [numbers, bytes] of NUMBERS)
  test(`written or XORed into a descriptor, numbers are the same bytes: ${JSON.stringify(numbers)}`, () => {
    assert.equal(
      described((target) => writeVp8Numbers(target, OFFSET, numbers)),
      bytes,
    );
    assert.equal(
      described((target) => xorVp8Numbers(target, OFFSET, numbers)),
      bytes,
    );
    const twice = described((target) => {
      xorVp8Numbers(target, OFFSET, numbers);
      xorVp8Numbers(target, OFFSET, numbers);
    });
    assert.equal(twice, NUMBERS[0]?.[1]);
  });

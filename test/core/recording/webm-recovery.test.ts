import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoverFrames } from '../../../server/core/recording/webm-recovery.ts';

const KEYFRAME = Buffer.from('4001009d012a4001f000', 'hex');

/** Element ids and sizes as RFC 8794 has them; the size of up to 14 bytes fits in one byte. */
const element = (id: number, data: Buffer): Buffer =>
  Buffer.concat([Buffer.from([id, 0x80 | data.length]), data]);
const block = (): Buffer =>
  element(0xa3, Buffer.concat([Buffer.from('81000080', 'hex'), KEYFRAME, Buffer.alloc(10, 1)]));

test('a frame at a time beyond 2^53 is where a file ends', () => {
  const early = element(0xe7, Buffer.from('20', 'hex'));
  const late = element(0xe7, Buffer.from('0020000000000000', 'hex'));
  const frames = recoverFrames(Buffer.concat([early, block(), late, block()]));
  assert.deepEqual(
    frames.map(({ timeMs }) => timeMs),
    [32],
  );
});

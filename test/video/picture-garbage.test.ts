import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { COLLECT_BYTES, PictureGarbage, youngCollection } from '../../server/video/picture-garbage.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;

test('there is one collection for a few megabytes of pictures, and none without pictures', () => {
  let collections = 0;
  const garbage = new PictureGarbage(() => collections++);
  const bytes = COLLECT_BYTES / 64;
  for (let picture = 1; picture < 64; picture++) garbage.add(bytes);
  assert.equal(collections, 0);
  garbage.add(bytes);
  assert.equal(collections, 1);
  for (let picture = 0; picture < 128; picture++) garbage.add(bytes);
  assert.equal(collections, 3);
});

test('a collection frees buffers that nobody holds, and leaves the others', async () => {
  const collect = youngCollection();
  const buffersMib = (): number => process.memoryUsage().arrayBuffers / MIB;
  const before = buffersMib();
  const held = Buffer.alloc(MIB, 7);
  for (let buffer = 0; buffer < 16; buffer++) Buffer.allocUnsafeSlow(MIB);
  assert.ok(buffersMib() > before + 16);
  collect();
  await until('they are freed', () => buffersMib() < before + 4);
  assert.ok(held.every((byte) => byte === 7));
});

test('no other code can collect', () => {
  youngCollection();
  assert.equal(runInNewContext('typeof gc'), 'undefined');
});

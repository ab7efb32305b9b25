import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { combineDemands, combineLimits } from '../../../server/core/video/encoding-demand.ts';

const recorder = { maxFps: 10, bitrateBps: 500_000 };

suite('encoding demand', () => {
  test('a live viewer gets every frame', () => {
    assert.deepEqual(combineDemands([undefined, undefined]), {
      live: true,
      maxFps: undefined,
      minBitrateBps: 0,
    });
  });

  test('a recorder alone gets its demand, several the maximum of theirs', () => {
    assert.deepEqual(combineDemands([recorder]), { live: false, maxFps: 10, minBitrateBps: 500_000 });
    const demands = [recorder, { maxFps: 5, bitrateBps: 800_000 }];
    assert.deepEqual(combineDemands(demands), { live: false, maxFps: 10, minBitrateBps: 800_000 });
  });

  test('beside viewers a recorder limits no frames and keeps its bitrate', () => {
    assert.deepEqual(combineDemands([undefined, recorder]), {
      live: true,
      maxFps: undefined,
      minBitrateBps: 500_000,
    });
  });

  test('without subscribers there is no demand', () => {
    assert.deepEqual(combineDemands([]), { live: false, maxFps: undefined, minBitrateBps: 0 });
  });

  test('the encoder may take what the best subscriber can, and who states nothing changes nothing', () => {
    assert.equal(combineLimits([]), undefined);
    assert.equal(combineLimits([undefined, undefined]), undefined);
    assert.equal(combineLimits([300_000, undefined, 200_000]), 300_000);
    assert.equal(combineLimits([300_000, Infinity]), Infinity);
  });
});

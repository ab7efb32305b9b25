import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FrameCounter, MissingFrames, type CountedFrame } from '../../../server/core/edges/frame-counts.ts';
import { AGE_CLASSES_MS, countAge, newHopCounters } from '../../../server/core/edges/hop-figures.ts';
import { LayerContinuity } from '../../../server/core/edges/layer-continuity.ts';
import {
  CAMERA_BYTES,
  MARK_INTERVAL_US,
  MAX_BYTES,
  MAX_WAIT_US,
  PublishWindow,
} from '../../../server/core/edges/publish-window.ts';
import type { FrameLayer } from '../../../server/core/video/encoded-frame.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const KEYFRAME = { keyframe: true, layer: { tid: 0, layerSync: false } } as const;
const of = (tid: 0 | 1 | 2, layerSync = false) => ({ keyframe: false, layer: { tid, layerSync } });

suite('layer continuity', () => {
  test('it begins with a keyframe', () => {
    const layers = new LayerContinuity();
    assert.equal(layers.take(of(0)), false);
    assert.equal(layers.take(KEYFRAME), true);
    assert.equal(layers.take(of(0)), true);
  });

  test('a missing frame of an upper layer costs that layer, up to a layer sync', () => {
    const layers = new LayerContinuity();
    layers.take(KEYFRAME);
    assert.deepEqual(
      [layers.take(of(2, true)), layers.take(of(1, true)), layers.take(of(2))],
      [true, true, true],
    );
    layers.take(of(0));
    layers.miss(1);
    assert.deepEqual([layers.take(of(2)), layers.take(of(1)), layers.take(of(0))], [false, false, true]);
    assert.deepEqual(
      [layers.take(of(1, true)), layers.take(of(2))],
      [true, false],
      'layer 2 was interrupted too',
    );
    assert.equal(layers.take(of(2, true)), true);
  });

  test('a missing frame of layer 0 costs everything up to a keyframe', () => {
    const layers = new LayerContinuity();
    layers.take(KEYFRAME);
    layers.miss(0);
    assert.equal(layers.awaitsKeyframe, true);
    assert.deepEqual(
      [layers.take(of(0)), layers.take(of(1, true)), layers.take(of(2, true))],
      [false, false, false],
    );
    assert.equal(layers.take({ keyframe: true, layer: undefined }), true);
    assert.equal(layers.take({ keyframe: false, layer: undefined }), true);
  });
});

suite('frame counts', () => {
  test('whatever is lost, the edge knows how many of each layer, also where the counts wrap', () => {
    const { random, label } = seededRandom();
    const counter = new FrameCounter(1);
    const missing = new MissingFrames();
    let lost = [0, 0, 0];
    const tids = [0, 2, 1, 2] as const;
    assert.equal(missing.before({ ...counter.next(undefined), layer: undefined }), 'begins');
    for (let index = 0; index < 10_000; index++) {
      const tid = tids[index % 4] ?? 0;
      const layer: FrameLayer = { tid, layerSync: false };
      const frame = { ...counter.next(layer), layer };
      if (random() < 0.3) lost[tid] = (lost[tid] ?? 0) + 1;
      else {
        assert.deepEqual(missing.before(frame), lost, label);
        lost = [0, 0, 0];
      }
    }
    const last: CountedFrame = { epoch: 2, sequence: 2 ** 32 - 2, layer1Count: 2 ** 32 - 1, layer2Count: 4 };
    const wrapped = {
      epoch: 2,
      sequence: 2,
      layer1Count: 1,
      layer2Count: 5,
      layer: { tid: 1, layerSync: false },
    } as const;
    assert.equal(missing.before({ ...last, layer: undefined }), 'begins');
    assert.deepEqual(missing.before(wrapped), [1, 1, 1]);
  });

  test('frames that come twice or out of order are told, and another epoch begins anew', () => {
    const missing = new MissingFrames();
    const frame = { epoch: 1, sequence: 5, layer1Count: 0, layer2Count: 0, layer: undefined };
    assert.equal(missing.before(frame), 'begins');
    assert.equal(missing.before(frame), 'repeated');
    assert.equal(missing.before({ ...frame, sequence: 4 }), 'repeated');
    assert.deepEqual(missing.before({ ...frame, sequence: 6 }), [0, 0, 0]);
    assert.equal(missing.before({ ...frame, epoch: 2, sequence: 0 }), 'begins');
  });

  test('counts that contradict each other count as missing frames of layer 0', () => {
    const missing = new MissingFrames();
    const frame = { epoch: 1, sequence: 5, layer1Count: 3, layer2Count: 0, layer: undefined };
    missing.before(frame);
    assert.deepEqual(missing.before({ ...frame, sequence: 7, layer1Count: 9 }), [1, 0, 0]);
    assert.deepEqual(missing.before({ ...frame, sequence: 9, layer1Count: 2 }), [1, 0, 0]);
    const unchanged = { ...frame, sequence: 11, layer1Count: 2, layer: { tid: 1, layerSync: true } } as const;
    assert.deepEqual(missing.before(unchanged), [1, 0, 0]);
  });
});

suite('publish window', () => {
  test('unconfirmed bytes are bounded, of each camera and of all', () => {
    const window = new PublishWindow();
    window.published('door', CAMERA_BYTES);
    assert.deepEqual(
      [window.hasRoom('door', 1, false, 0), window.hasRoom('garden', CAMERA_BYTES, false, 0)],
      [false, true],
    );
    window.published('garden', CAMERA_BYTES);
    assert.deepEqual([window.bytes, window.hasRoom('gate', 1, false, 0)], [MAX_BYTES, false]);
    assert.equal(window.mark(0), true);
    window.confirmed(1_000);
    assert.deepEqual([window.bytes, window.hasRoom('door', CAMERA_BYTES, false, 1_000)], [0, true]);
  });

  test('upper layers give way at half of the room', () => {
    const window = new PublishWindow();
    window.published('door', CAMERA_BYTES / 2);
    assert.deepEqual(
      [window.hasRoom('door', 1, true, 0), window.hasRoom('door', 1, false, 0)],
      [false, true],
    );
  });

  test('nothing is added while a round trip takes longer than it has to, also on a long way', () => {
    const window = new PublishWindow();
    const [roundTripUs, room] = [300_000, (nowUs: number) => window.hasRoom('door', 100, false, nowUs)];
    window.published('door', 100);
    window.mark(0);
    assert.deepEqual(
      [room(MAX_WAIT_US), room(MAX_WAIT_US + 1)],
      [true, false],
      'the round trip is not known yet',
    );
    window.confirmed(roundTripUs);
    assert.equal(window.roundTripUs, roundTripUs);
    window.published('door', 100);
    assert.equal(window.mark(1_000_000), true);
    assert.equal(room(1_000_000 + roundTripUs + MAX_WAIT_US), true);
    assert.equal(window.hasRoom('door', 100, true, 1_000_000 + roundTripUs + MAX_WAIT_US), false);
    assert.equal(room(1_000_000 + roundTripUs + MAX_WAIT_US + 1), false);
    window.confirmed(2_000_000);
    assert.equal(room(2_000_000), true);
  });

  test('round trips are few, and each confirms what was published before it', () => {
    const window = new PublishWindow();
    assert.equal(window.mark(0), false, 'nothing to confirm');
    window.published('door', 100);
    assert.equal(window.mark(0), true);
    window.published('door', 200);
    assert.equal(window.mark(MARK_INTERVAL_US - 1), false);
    assert.equal(window.mark(MARK_INTERVAL_US), true);
    window.published('door', 400);
    window.confirmed(MARK_INTERVAL_US);
    assert.equal(window.bytes, 600);
    window.confirmed(MARK_INTERVAL_US);
    window.confirmed(MARK_INTERVAL_US);
    assert.equal(window.bytes, 400);
    window.reset();
    assert.deepEqual([window.bytes, window.roundTripUs], [0, undefined]);
  });

  test('the best round trip is forgotten after a while: the way may have become longer', () => {
    const window = new PublishWindow();
    for (let seconds = 0; seconds <= 150; seconds++) {
      window.published('door', 100);
      window.mark(seconds * 1_000_000);
      window.confirmed(seconds * 1_000_000 + (seconds === 0 ? 5_000 : 80_000));
      if (seconds === 60) assert.equal(window.roundTripUs, 5_000);
    }
    assert.equal(window.roundTripUs, 80_000);
  });
});

test('frames are counted by their age, and those older than all classes are late', () => {
  const counters = newHopCounters();
  const [late, ...inTime] = [600_000, 0, -50, 1_000, 1_001, 500_000].map((us) => countAge(counters, us));
  assert.deepEqual([late, inTime], [true, [false, false, false, false, false]]);
  assert.deepEqual(
    [counters.byAge[0], counters.byAge[1], counters.byAge[8], counters.byAge[9]],
    [3, 1, 1, 1],
  );
  assert.equal(counters.byAge.length, AGE_CLASSES_MS.length + 1);
});

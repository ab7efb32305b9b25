import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedConsumer } from '../support/scripted-consumer.ts';

test('on a full path whole frames are skipped, and a keyframe is requested once there is room again', () => {
  const rig = new ScriptedConsumer();
  const { consumer, path } = rig;
  consumer.resume();

  rig.frame(true);
  rig.frame();
  assert.equal(consumer.stats.framesSent, 2);
  const asked = rig.keyframeRequests;

  path.isFull = true;
  rig.frame();
  rig.frame(true);
  rig.frame();
  assert.equal(consumer.stats.framesSent, 2);
  assert.equal(rig.keyframeRequests, asked, 'a keyframe without room would cost the others for nothing');

  path.isFull = false;
  rig.frame();
  assert.equal(consumer.stats.framesSent, 2, 'it depends on a skipped frame');
  assert.equal(rig.keyframeRequests, asked + 1);
  rig.frame();
  assert.equal(rig.keyframeRequests, asked + 1, 'once');
  rig.frame(true);
  rig.frame();
  assert.deepEqual([consumer.stats.framesSent, consumer.stats.framesSkipped], [4, 5]);
  const numbers = rig.sent.map(({ sequenceNumber }) => sequenceNumber);
  const gaps = numbers.slice(1).map((number, at) => number - (numbers[at] ?? 0));
  assert.ok(
    gaps.every((gap) => gap === 1),
    'a packet that was never sent is not retransmitted',
  );
});

test('on a full path the keyframe of the smaller rung goes out in place of what waits, and no other frame does', () => {
  const rig = new ScriptedConsumer();
  const { consumer, path } = rig;
  consumer.resume();
  rig.frame(true);
  rig.nowUs += 100_000;
  rig.targetBps = 200_000;
  rig.allocation.update(rig.nowUs);
  path.isFull = true;
  path.waitingBytes = 1_000;
  rig.picture({ small: { keyframe: true } });
  assert.equal(consumer.stats.framesSent, 1, 'less waits than it takes');
  path.waitingBytes = 100_000;
  rig.picture({ full: {} });
  rig.picture({ full: { keyframe: true } });
  assert.equal(consumer.stats.framesSent, 1, 'a large one would only fill the path again');
  rig.picture({ small: { keyframe: true } });
  assert.equal(consumer.stats.framesSent, 2);
  assert.deepEqual(rig.rungs, ['small']);
});

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

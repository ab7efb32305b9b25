import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingEdge } from '../../../client/recordings/recording-edge.ts';

test('it asks at once, then every two seconds while there is no more, and not after it was left', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const edge = new RecordingEdge(() => asked++);
  edge.wait();
  assert.deepEqual([asked, edge.isWaiting], [1, true]);
  edge.wait();
  context.mock.timers.tick(1_999);
  assert.equal(asked, 1);
  context.mock.timers.tick(1);
  assert.equal(asked, 2);
  edge.wait();
  edge.leave();
  edge.leave();
  context.mock.timers.tick(10_000);
  assert.deepEqual([asked, edge.isWaiting], [2, false]);
});

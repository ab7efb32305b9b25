import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineControl } from '../../server/sfu/line-control.ts';

const REMB_BPS = 400_000;

test('the measured capacity of a path limits the video until the viewer takes another, and not after', (context) => {
  let nowUs = 1_000_000;
  const control = new LineControl({
    clock: () => nowUs,
    send: () => undefined,
    padding: () => undefined,
  });
  context.after(() => control.close());
  const limits = () => [control.line.targetBps, control.line.limitBps, control.allocation.targetBps];
  assert.deepEqual(limits(), [undefined, undefined, undefined]);
  control.onFeedback({ kind: 'remb', ssrc: 1, bps: REMB_BPS }, false);
  assert.deepEqual(limits(), [REMB_BPS, REMB_BPS, REMB_BPS]);
  nowUs += 1_000_000;
  control.restart(nowUs);
  assert.deepEqual(limits(), [undefined, undefined, undefined]);
  control.tick(nowUs);
  assert.deepEqual(limits(), [undefined, undefined, undefined]);
});

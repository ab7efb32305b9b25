import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockRig } from '../site/clock-rig.ts';

/** The short case of `npm run torture:clock`. */
test('a clock that is set by an hour re-dates segments, events, pictures and clips', async (context) => {
  await using rig = await ClockRig.start({ aheadMs: -3_600_000 });
  if (!rig) return context.skip('libfaketime is not there');
  await rig.untilRecording();
  const begin = (await rig.timeline(rig.door)).segments[0];
  assert.ok(begin);
  const reportedMs = Date.now();
  await rig.reports();
  await rig.recordsFor(1_000);
  await rig.steps(3_600_000);
  await rig.assertEvent(reportedMs, 0, 'sensor');
  await rig.assertLastFrame();
  const [gap] = await rig.assertSegments(begin.startMs + 3_600_000);
  assert.equal(gap?.reason, 'clockChanged');
  return undefined;
});

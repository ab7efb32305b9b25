/** Recordings that are protected or removed while they end, when the clock gives them another name. */

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Dates } from '../../server/core/site-clock.ts';
import { RecordingDates } from '../../server/recording/recording-dates.ts';
import type { RecordingLibrary } from '../../server/recording/recording-library.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { PLENTY, recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 10 });

/** The clock is set while it is recorded, and `during` happens when its file has its new name and its entry has not. */
async function recorded(
  context: TestContext,
  during: (library: RecordingLibrary, id: string) => Promise<void>,
) {
  const rig = await RecordingRig.make(context);
  let aheadMs = 0;
  const dates: Dates = {
    dateMs: (serverUs) => serverUs / 1000 + aheadMs,
    serverUs: (dateMs) => (dateMs - aheadMs) * 1000,
  };
  const library = await rig.open(PLENTY, undefined, dates);
  // eslint-disable-next-line typescript/unbound-method -- called on the dates it is of
  const { redate } = RecordingDates.prototype;
  context.mock.method(
    RecordingDates.prototype,
    'redate',
    async function (this: RecordingDates, ...[segment, span]: Parameters<typeof redate>) {
      aheadMs = 3_600_000;
      const moved = await redate.call(this, segment, span);
      assert.notEqual(moved.startMs, segment.startMs);
      await during(library, segment.id);
      return moved;
    },
  );
  const id = await recordAll(library, FRAMES);
  await rig.store.settled();
  return { rig, library, id };
}

suite('a recording that ends', () => {
  for (const [how, frameCount, end] of [
    ['without a picture', 0, 'close'],
    ['and is discarded with its picture', 1, 'discard'],
  ] as const)
    test(`${how} leaves neither file nor entry`, async (context) => {
      const rig = await RecordingRig.make(context);
      const library = await rig.open();
      const recording = await library.begin(FRAMES[0] ?? assert.fail(), false);
      for (const frame of FRAMES.slice(0, frameCount)) recording.add(frame);
      await recording[end]();
      await rig.store.settled();
      assert.deepEqual(
        [library.find(recording.id), await rig.files(), library.status.usedBytes],
        [undefined, [], 0],
      );
    });

  test('stays protected where it was protected meanwhile', async (context) => {
    const { rig, library, id } = await recorded(context, (opened, one) => opened.setProtected(one, true));
    assert.equal(library.find(id)?.protected, true);
    await library.removeUnprotected('cam_1');
    assert.equal((await rig.files()).length, 1);
  });

  test('leaves no file where it was removed meanwhile', async (context) => {
    const { rig, library, id } = await recorded(context, (opened, one) => opened.remove(one));
    assert.deepEqual([library.find(id), await rig.files(), library.status.usedBytes], [undefined, [], 0]);
  });
});

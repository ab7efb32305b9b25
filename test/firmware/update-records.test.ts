import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { ClockChange, Dates } from '../../server/core/site-clock.ts';
import { stagedUpdate } from '../../server/core/updates/firmware-update.ts';
import { UpdateRecords } from '../../server/firmware/update-records.ts';
import { createLog } from '../../server/log.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR_MS = 3_600_000;
const STEPPED: ClockChange = { kind: 'stepped', byMs: HOUR_MS, atUs: 0, sinceUs: 0 };

async function setUp(t: TestContext) {
  const store = openInProcessStore(temporaryFolder(t));
  t.after(() => store.close());
  const { id: imageId } = await store.firmware.addImage({
    sha256: 'a'.repeat(64),
    version: '1.1.0',
    target: 'esp32',
    bytes: 100,
    createdAtMs: 0,
  });
  const image = { id: imageId, version: '1.1.0', bytes: 100 };
  const cameraId = (await store.cameras.add('Door', 'v1', 0)).id;
  const clock = { nowMs: 1_000_000, aheadMs: 0 };
  const dates: Dates = {
    dateMs: (serverUs) => serverUs / 1000 + clock.aheadMs,
    serverUs: (dateMs) => (dateMs - clock.aheadMs) * 1000,
  };
  const open = (): UpdateRecords =>
    new UpdateRecords({ store: store.firmware, log: createLog('silent'), nowMs: () => clock.nowMs, dates });
  const step = (records: UpdateRecords): string[] => {
    clock.aheadMs += HOUR_MS;
    return records.onClockChanged(STEPPED);
  };
  const stored = async (): Promise<number | undefined> => {
    await store.settled();
    return store.firmware.updates().get(cameraId)?.changedAtMs;
  };
  return { image, cameraId, clock, open, step, stored };
}

suite('the date of an update', () => {
  test('follows the clock when the update has changed since the start, here and in the store', async (t) => {
    const { image, cameraId, open, step, stored } = await setUp(t);
    const records = open();
    records.set(cameraId, stagedUpdate(image, false, 1_000_000));
    await records.put(cameraId);
    assert.deepEqual(step(records), [cameraId]);
    assert.equal(records.dated(cameraId)?.changedAtMs, 1_000_000 + HOUR_MS);
    assert.equal(records.get(cameraId)?.changedAtMs, 1_000_000, 'deadlines are measured on server time');
    assert.equal(await stored(), 1_000_000 + HOUR_MS);
  });

  test('stays when the update is of an earlier run, until it changes', async (t) => {
    const { image, cameraId, clock, open, step, stored } = await setUp(t);
    const before = open();
    before.set(cameraId, { ...stagedUpdate(image, false, 900_000), state: 'restarting' });
    await before.put(cameraId);
    // It is known on the wrong clock first.
    clock.aheadMs = -HOUR_MS;
    const records = open();
    assert.equal(records.nextDeadlineMs, 1_000_000 + 600_000, 'a change in the future was now');
    assert.deepEqual(step(records), []);
    assert.equal(records.dated(cameraId)?.changedAtMs, 900_000);
    assert.equal(records.nextDeadlineMs, 900_000 + 600_000);
    records.set(cameraId, { ...stagedUpdate(image, false, 1_000_000), imageId: null });
    records.keep(cameraId);
    assert.deepEqual(step(records), [cameraId]);
    assert.equal(await stored(), 1_000_000 + HOUR_MS);
  });
});

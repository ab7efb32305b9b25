/** The switches of all cameras: who is told what, and what a slow or failing disk does to them. */

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { CameraSwitch } from '../../server/camera-switch/camera-switch.ts';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { createLog } from '../../server/log.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WHOLE_DAY = { days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' };

const hourOf = (ms: number | null | undefined) => (ms ? new Date(ms).toISOString().slice(0, 13) : null);

async function setUp(context: TestContext) {
  const store = openInProcessStore(temporaryFolder(context));
  const door = (await store.cameras.add('Door', 'v1', 0)).id;
  const yard = (await store.cameras.add('Yard', 'v1', 1)).id;
  const open = (cameraSwitches = store.cameraSwitches) => {
    const cameraSwitch = new CameraSwitch({
      store: { cameras: store.cameras, cameraSwitches },
      time: unmappedTime(),
      timeZone: () => 'UTC',
      log: createLog('silent'),
    });
    context.after(() => cameraSwitch.close());
    const told: [string, boolean][] = [];
    cameraSwitch.on('changed', (cameraId, off) => told.push([cameraId, off !== null]));
    return { cameraSwitch, told };
  };
  return { store, door, yard, open };
}

suite('camera switch', () => {
  test('each change is told once, and is there after a restart', async (context) => {
    const { door, yard, open } = await setUp(context);
    const { cameraSwitch, told } = open();
    await cameraSwitch.switchOne(door, true, 'ada');
    await cameraSwitch.switchOne(door, true, 'ada');
    assert.deepEqual(told.splice(0), [[door, true]]);
    assert.deepEqual([cameraSwitch.isOff(door), cameraSwitch.isOff(yard)], [true, false]);
    assert.equal(open().cameraSwitch.offOf(door)?.username, 'ada');
    await cameraSwitch.switchOne(door, false, 'ada');
    assert.deepEqual(told, [[door, false]]);
    assert.equal(open().cameraSwitch.isOff(door), false);
  });

  test('with all off each camera is, also a new one, and what was off before stays off after', async (context) => {
    const { store, door, yard, open } = await setUp(context);
    const { cameraSwitch, told } = open();
    await cameraSwitch.switchOne(door, true, 'ada');
    await cameraSwitch.switchAll(true, 'bob');
    assert.deepEqual(cameraSwitch.offOf(door)?.username, 'bob');
    assert.equal(open().cameraSwitch.isOff(yard), true);
    const { id: shed } = await store.cameras.add('Shed', 'v1', 2);
    assert.equal(cameraSwitch.isOff(shed), true, 'even before it is known here');
    cameraSwitch.addCamera(shed);
    await assert.rejects(cameraSwitch.switchOne(yard, false, 'ada'), /all cameras are switched off/);
    told.splice(0);
    await cameraSwitch.switchAll(false, 'bob');
    assert.deepEqual(
      [door, yard, shed].map((id) => cameraSwitch.isOff(id)),
      [true, false, false],
    );
    assert.deepEqual(Object.fromEntries(told), { [door]: true, [yard]: false, [shed]: false });
  });

  test('off is at once, before it is stored, and stays when it cannot be stored; on waits for it', async (context) => {
    const { store, door, open } = await setUp(context);
    const slow = Promise.withResolvers<void>();
    const { cameraSwitch } = open({ ...store.cameraSwitches, setSettings: () => slow.promise });
    const off = cameraSwitch.switchOne(door, true, 'ada');
    assert.equal(cameraSwitch.isOff(door), true);
    const on = cameraSwitch.switchOne(door, false, 'ada');
    assert.equal(cameraSwitch.isOff(door), true);
    slow.reject(new Error('the disk is full'));
    await assert.rejects(off);
    await assert.rejects(on);
    assert.equal(cameraSwitch.isOff(door), true);
  });

  test('a camera switched off while its hours are being stored stays off', async (context) => {
    const { store, door, open } = await setUp(context);
    const stored: object[] = [];
    const gate = Promise.withResolvers<void>();
    const { cameraSwitch } = open({
      ...store.cameraSwitches,
      setSettings: async (_id, state) => {
        await gate.promise;
        stored.push(state);
      },
    });
    const hours = cameraSwitch.setHours(door, [WHOLE_DAY]);
    const off = cameraSwitch.switchOne(door, true, 'ada');
    gate.resolve();
    await Promise.all([hours, off]);
    assert.equal(cameraSwitch.offOf(door)?.by, 'user');
    assert.deepEqual(stored.map((state) => Object.values(state).map((value) => value !== null)).at(-1), [
      true,
      true,
      false,
    ]);
    await cameraSwitch.setHours(door, []);
    assert.equal(cameraSwitch.offOf(door)?.by, 'user');
  });

  test('the end of its off hours is told anew when the time zone or the clock is set', async (context) => {
    const { store, door } = await setUp(context);
    const state = { zone: 'UTC', nowMs: Date.UTC(2026, 5, 1, 9) };
    const cameraSwitch = new CameraSwitch({
      store,
      time: unmappedTime(() => state.nowMs * 1000),
      timeZone: () => state.zone,
      log: createLog('silent'),
    });
    context.after(() => cameraSwitch.close());
    const told: (string | null)[] = [];
    cameraSwitch.on('changed', (_, off) => told.push(hourOf(off?.untilMs)));
    await cameraSwitch.setHours(door, [{ days: WHOLE_DAY.days, from: '08:00', to: '17:00' }]);
    assert.deepEqual(told.splice(0), ['2026-06-01T17']);
    // 11:00 there: off until 15:00 by UTC.
    state.zone = 'Europe/Paris';
    cameraSwitch.onClockChanged();
    assert.deepEqual(told.splice(0), ['2026-06-01T15']);
    state.nowMs += 24 * 3_600_000;
    cameraSwitch.onClockChanged();
    assert.deepEqual([told, hourOf(cameraSwitch.offOf(door)?.sinceMs)], [['2026-06-02T15'], '2026-06-02T06']);
  });

  test('its hours count at once, and for all cameras too', async (context) => {
    const { door, yard, open } = await setUp(context);
    const { cameraSwitch, told } = open();
    await cameraSwitch.setHours(door, [WHOLE_DAY]);
    assert.deepEqual([cameraSwitch.offOf(door)?.by, cameraSwitch.isOff(yard)], ['schedule', false]);
    await cameraSwitch.setHoursOfAll([WHOLE_DAY]);
    assert.deepEqual([cameraSwitch.offOf(yard)?.by, cameraSwitch.offOf(yard)?.all], ['schedule', true]);
    await cameraSwitch.setHoursOfAll([]);
    await cameraSwitch.setHours(door, []);
    assert.deepEqual([cameraSwitch.isOff(door), cameraSwitch.isOff(yard)], [false, false]);
    assert.ok(told.length > 0);
    await assert.rejects(cameraSwitch.setHours('none', []), /no such camera/);
  });
});

/** Old recordings are deleted, except protected ones, and never by a clock that may be wrong. */

import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { suite, test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { Retention } from '../../server/recording/retention.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { moved, recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 25 });
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LATER_MS = BEGIN_US / 1000 + 40 * DAY_MS;

async function setUp(context: TestContext) {
  const rig = await RecordingRig.make(context);
  const library = await rig.open();
  const old = await recordAll(library, FRAMES);
  const kept = await recordAll(library, moved(FRAMES, 'cam_1', 10_000), true);
  const recent = await recordAll(library, moved(FRAMES, 'cam_1', 20 * DAY_MS));
  const clock = { hasProblem: false, isSynchronized: true };
  const state = { clock, steadyMs: 0, nowMs: LATER_MS };
  const start = (): Retention => {
    const started = new Retention({
      store: rig.store.retention,
      library,
      nowMs: () => state.nowMs,
      steadyMs: () => state.steadyMs,
      clock: () => state.clock,
      log: createLog('silent'),
    });
    context.after(() => started.close());
    return started;
  };
  await rig.store.retention.setTrustedMs(LATER_MS);
  const left = () => [old, kept, recent].filter((id) => library.find(id));
  return { rig, library, retention: start(), start, state, left, old, kept, recent };
}

suite('retention', () => {
  test('nothing is deleted until it is set, then what is older, except protected recordings', async (context) => {
    const { rig, retention, left, old, kept, recent } = await setUp(context);
    await retention.run();
    assert.deepEqual(left(), [old, kept, recent]);
    const { bytes, ...expired } = await retention.expired(30, {});
    assert.deepEqual(expired, { recordings: 1, cameras: 1, eventPictures: 0 });
    assert.ok(bytes > 0);
    await rig.store.retention.setKeepDays(30);
    await retention.run();
    assert.deepEqual(left(), [kept, recent]);
    await rig.store.retention.setKeepDays(10);
    await retention.run();
    assert.deepEqual(left(), [kept]);
  });

  test('a recording that cannot be removed stays, and later ones are deleted all the same', async (context) => {
    const { rig, retention, left, old, kept, library } = await setUp(context);
    const path = library.pathOf(library.find(old) ?? assert.fail());
    await rm(path);
    // A folder in its place is not removed as a file.
    await mkdir(path);
    await rig.store.retention.setKeepDays(10);
    await retention.run();
    assert.deepEqual(left(), [old, kept]);
    await rm(path, { recursive: true });
    await retention.run();
    assert.deepEqual(left(), [kept]);
  });

  test('recordings that are too old are listed page by page, each once', async (context) => {
    const { rig, old, recent } = await setUp(context);
    const { retention } = rig.store;
    const [first, ...more] = await retention.expiredAfter(LATER_MS, { endMs: -1, bytes: 0, sequence: 0 }, 1);
    assert.deepEqual([first?.id, more], [old, []]);
    const page = await retention.expiredAfter(LATER_MS, first ?? assert.fail(), 5);
    assert.deepEqual(
      page.map(({ id }) => id),
      [recent],
    );
    assert.deepEqual(await retention.expiredAfter(LATER_MS, page[0] ?? assert.fail(), 5), []);
  });

  for (const [what, change] of [
    ['with a problem', { hasProblem: true, isSynchronized: true }],
    ['of which nobody knows whether it is right', { hasProblem: false, isSynchronized: false }],
  ] as const)
    test(`a clock ${what} deletes nothing, the latter for a day`, async (context) => {
      const { rig, retention, state, left } = await setUp(context);
      state.clock = change;
      await rig.store.retention.setKeepDays(30);
      await retention.run();
      assert.equal(left().length, 3);
      state.steadyMs = DAY_MS;
      await retention.run();
      assert.equal(left().length, change.hasProblem ? 3 : 2);
    });

  test('a clock that was set deletes nothing for a day', async (context) => {
    const { rig, retention, state, left } = await setUp(context);
    retention.onClockStepped();
    await rig.store.retention.setKeepDays(30);
    await retention.run();
    assert.equal(left().length, 3);
    state.steadyMs = DAY_MS;
    await retention.run();
    assert.equal(left().length, 2);
  });

  test('a start more than a day after the last trusted date deletes nothing for a day, however often it starts', async (context) => {
    const { rig, start, state, left } = await setUp(context);
    await rig.store.retention.setKeepDays(30);
    state.nowMs = LATER_MS + 365 * DAY_MS;
    // At the second start there are recordings of that date.
    for (let starts = 1; starts <= 2; starts++) {
      await start().run();
      assert.equal(left().length, 3);
    }
    const steady = start();
    state.steadyMs = DAY_MS;
    await steady.run();
    assert.equal(left().length, 1);
    // Trusted now.
    assert.equal(rig.store.retention.trustedMs(), state.nowMs);
  });

  test('a server that restarts every few hours deletes after a day of running, and says how long that takes', async (context) => {
    const { rig, start, state, left } = await setUp(context);
    state.clock.isSynchronized = false;
    await rig.store.retention.setKeepDays(30);
    for (let hours = 0; hours < 24; hours += 6) {
      // The monotonic clock of a container may begin anew.
      state.steadyMs = 1000;
      const started = start();
      assert.deepEqual(started.view.waitingForClock, { remainingMs: DAY_MS - hours * HOUR_MS });
      await started.run();
      assert.equal(left().length, 3);
      state.steadyMs += 6 * HOUR_MS;
      state.nowMs += 6 * HOUR_MS;
      await started.run();
      started.close();
      state.nowMs += 60_000;
    }
    assert.equal(left().length, 2);
    assert.equal(start().view.waitingForClock, null, 'and at once after the next restart');
  });

  test('a clock that was set is not trusted after a restart that follows at once', async (context) => {
    const { rig, start, retention, state, left } = await setUp(context);
    state.clock.isSynchronized = false;
    await rig.store.retention.setKeepDays(30);
    await retention.run();
    state.steadyMs = DAY_MS - 1000;
    await retention.run();
    state.nowMs += 12 * HOUR_MS;
    retention.onClockStepped();
    retention.close();
    const again = start();
    state.steadyMs += 1000;
    await again.run();
    assert.equal(left().length, 3);
    assert.deepEqual(again.view.waitingForClock, { remainingMs: DAY_MS - 1000 });
  });

  test('pictures of events that ended before go with the recordings, those of later events stay', async (context) => {
    const { rig, retention } = await setUp(context);
    const { cameras, events } = rig.store;
    const cameraId = (await cameras.add('Door', 'v1', 0)).id;
    const about = {
      cameraId,
      source: 'motion',
      sourceName: 'Motion',
      kind: 'motion',
      zones: [],
      score: 1,
    } as const;
    for (const [id, age] of [
      ['old', 31],
      ['older', 32],
      ['recent', 29],
      ['going on', 31],
    ] as const) {
      const startedAtMs = LATER_MS - age * DAY_MS;
      await events.add(
        { ...about, zones: [], id, startedAtMs, endedAtMs: id === 'going on' ? null : startedAtMs },
        0,
      );
      await events.addThumbnail(cameraId, id, FRAMES[0]?.data ?? assert.fail('no frame'));
    }
    assert.equal((await retention.expired(30, {})).eventPictures, 2);
    const beforeMs = LATER_MS - 30 * DAY_MS;
    assert.equal(
      await rig.store.retention.removePictures(beforeMs, 1),
      1,
      'at most the given number at a time',
    );
    assert.equal((await retention.expired(30, {})).eventPictures, 1);
    await rig.store.retention.setKeepDays(30);
    await retention.run();
    const pictures = ['old', 'older', 'recent', 'going on'].map(async (id) =>
      Boolean(await events.thumbnail(cameraId, id)),
    );
    assert.deepEqual(await Promise.all(pictures), [false, false, true, true]);
    assert.ok(events.find(cameraId, 'old'), 'the event itself stays');
  });

  test('before a date was trusted, it is compared with the newest recording', async (context) => {
    const rig = await RecordingRig.make(context);
    assert.equal(rig.store.retention.trustedMs(), null);
    await recordAll(await rig.open(), FRAMES);
    const ms = rig.store.retention.trustedMs() ?? assert.fail('no date');
    assert.ok(Math.abs(ms - BEGIN_US / 1000) < 60_000);
  });

  test('administrators set it over HTTP, and learn before what it would delete', async (context) => {
    const server = await startApi(context);
    const admin = await ApiClient.signedIn(server);
    const path = '/api/recording/retention';
    const waitingForClock = { remainingMs: null };
    assert.deepEqual((await admin.call('GET', path)).body, { keepDays: null, waitingForClock });
    await recordAll(server.library, FRAMES);
    const losses = await admin.call<{ recordings: number }>('GET', `${path}/losses?days=1`);
    assert.equal(losses.status, 200);
    assert.equal((await admin.call('PUT', path, { body: { keepDays: 30 } })).status, 204);
    assert.deepEqual((await admin.call('GET', path)).body, { keepDays: 30, waitingForClock });
    assert.equal((await admin.call('PUT', path, { body: { keepDays: 0 } })).status, 400);
    assert.equal((await admin.call('PUT', path, { body: { keepDays: null } })).status, 204);
    assert.deepEqual((await admin.call('GET', path)).body, { keepDays: null, waitingForClock });
  });
});

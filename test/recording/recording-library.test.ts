import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { parseRecordingPath, recordingPath } from '../../server/recording/recording-path.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { moved, PLENTY, recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 50 });
const BEGIN_MS = BEGIN_US / 1000;
const MINUTE_MS = 60_000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

suite('recordings', () => {
  test('are found by camera and time', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const first = await recordAll(library, FRAMES);
    const later = await recordAll(library, moved(FRAMES, 'cam_1', MINUTE_MS));
    await recordAll(library, moved(FRAMES, 'cam_2', 0));
    const ids = async (fromMs: number, toMs: number) =>
      (await library.range('cam_1', fromMs, toMs)).map(({ id }) => id);
    assert.deepEqual(await ids(...EVER), [first, later]);
    assert.deepEqual(await ids(BEGIN_MS + 1_000, BEGIN_MS + 1_001), [first]);
    assert.deepEqual(await ids(BEGIN_MS + 2_500, BEGIN_MS + 3_000), []);
    const [segment] = await library.range('cam_1', ...EVER);
    assert.ok(segment);
    assert.deepEqual([segment.startMs, segment.endMs, segment.open], [BEGIN_MS, BEGIN_MS + 1960, false]);
    assert.equal((await readWebm(library.pathOf(segment))).packets.length, FRAMES.length);
  });

  test('that are being written are there as far as they have come, and cannot be removed', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const [first] = FRAMES;
    assert.ok(first);
    const recording = await library.begin(first, false);
    for (const frame of FRAMES) recording.add(frame);
    const [segment] = await library.range('cam_1', BEGIN_MS + 1_900, BEGIN_MS + 1_950);
    assert.deepEqual([segment?.id, segment?.open, segment?.endMs], [recording.id, true, BEGIN_MS + 1960]);
    await library.remove(recording.id);
    assert.equal((await library.range('cam_1', ...EVER)).length, 1);
    await recording.close();
    await library.remove(recording.id);
    assert.deepEqual([await library.range('cam_1', ...EVER), await rig.files()], [[], []]);
  });

  test('all of one camera are deleted except protected ones, and none of another', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const kept = await recordAll(library, FRAMES, true);
    await recordAll(library, moved(FRAMES, 'cam_1', 10_000));
    await recordAll(library, moved(FRAMES, 'cam_2', 0));
    await library.removeUnprotected('cam_1');
    assert.deepEqual(
      (await rig.files()).map((path) => path.split('/')[0]),
      ['cam_1', 'cam_2'],
    );
    assert.deepEqual(
      (await library.range('cam_1', ...EVER)).map(({ id }) => id),
      [kept],
    );
    await library.setProtected(kept, false);
    await library.removeUnprotected('cam_1');
    assert.deepEqual(
      (await rig.files()).map((path) => path.split('/')[0]),
      ['cam_2'],
    );
  });

  test('that cannot be removed keep no other of the camera from it, and are told of', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const stuck = await recordAll(library, FRAMES);
    await recordAll(library, moved(FRAMES, 'cam_1', 10_000));
    const path = library.pathOf(library.find(stuck) ?? assert.fail());
    await rm(path);
    // A folder in its place is not removed as a file.
    await mkdir(path);
    await assert.rejects(library.removeUnprotected('cam_1'), {
      code: 'unavailable',
      message: /^1 recordings/,
    });
    assert.deepEqual(
      (await library.range('cam_1', ...EVER)).map(({ id }) => id),
      [stuck],
    );
    await rm(path, { recursive: true });
    await library.removeUnprotected('cam_1');
    assert.deepEqual(await library.range('cam_1', ...EVER), []);
  });

  test('that are removed with all of a camera leave no gap of it, also while the index is written slowly', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    await recordAll(library, FRAMES);
    const { recordings } = rig.store;
    await recordings.addGap('cam_1', 'serverDown', 1, 2);
    const { remove } = recordings;
    t.mock.method(recordings, 'remove', async (id: string) => {
      for (let turns = 0; turns < 100; turns++) await nextTurn();
      await remove(id);
    });
    await library.removeUnprotected('cam_1');
    assert.deepEqual(await recordings.gaps('cam_1', ...EVER), []);
  });

  test('are named so that their camera and begin can be read off, and nothing else is taken for one', () => {
    const name = { cameraId: 'cam_1', startMs: BEGIN_MS };
    assert.equal(recordingPath(name), 'cam_1/2026-11-23/12-46-52.514.webm');
    assert.deepEqual(parseRecordingPath(recordingPath(name)), name);
    for (const other of [
      'a.webm',
      'cam_1/a.webm',
      '../2026-11-23/12-46-52.514.webm',
      'cam_1/2026-11-23/12-46-52.514.webm.repair',
      'cam_1/2026-13-45/12-46-52.514.webm',
    ])
      assert.equal(parseRecordingPath(other), undefined, other);
  });
});

suite('while the index cannot be written', () => {
  test('recording goes on, and what is recorded, protected and removed reads as it will be', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const before = await recordAll(library, FRAMES);
    await rig.store.idle;
    // As in a queue that stands: in their order, once there is a way.
    const written = Promise.withResolvers<void>();
    const { recordings } = rig.store;
    const [put, remove] = [recordings.put, recordings.remove];
    t.mock.method(recordings, 'put', (...args: Parameters<typeof put>) =>
      written.promise.then(() => put(...args)),
    );
    t.mock.method(recordings, 'remove', (id: string) => written.promise.then(() => remove(id)));

    const during = await recordAll(library, moved(FRAMES, 'cam_1', MINUTE_MS));
    const [first] = moved(FRAMES, 'cam_1', 2 * MINUTE_MS);
    assert.ok(first);
    const open = await library.begin(first, false);
    open.add(first);
    const protecting = library.setProtected(during, true);
    await library.remove(before);
    const seen = async () => {
      const { segments } = JSON.parse(
        new TextDecoder().decode(await library.timeline('cam_1', ...EVER)),
      ) as Timeline;
      assert.deepEqual(
        (await library.range('cam_1', ...EVER)).map(({ id }) => id),
        segments.map(({ id }) => id),
      );
      return segments.map((each) => [each.id, each.protected, each.open]);
    };
    const expected = [
      [during, true, false],
      [open.id, false, true],
    ];
    assert.deepEqual([await seen(), library.find(before)], [expected, undefined]);
    assert.equal(rig.store.recordings.find(during), undefined, 'nothing of it is written');
    written.resolve();
    await protecting;
    await rig.store.idle;
    assert.deepEqual(await seen(), expected);
    assert.equal(rig.store.recordings.find(during)?.protected, true);
    await open.close();
  });
});

suite('the quota, on a real folder', () => {
  test('ten days of two cameras: never more on the disk than allowed, the oldest gone, the protected kept', async (t) => {
    const rig = await RecordingRig.make(t);
    const { random, label } = seededRandom();
    const one = FRAMES.reduce((sum, { data }) => sum + data.length, 0);
    const limits = { totalBytes: one * 12, cameraBytes: new Map([['cam_2', one * 4]]), freeFloorBytes: 0 };
    const library = await rig.open(limits);
    const protectedIds: string[] = [];
    const TEN_DAYS_MS = 10 * 24 * 3_600_000;
    const STEPS = 120;
    for (let step = 0; step < STEPS; step++) {
      const cameraId = random() < 0.5 ? 'cam_1' : 'cam_2';
      const length = 5 + Math.floor(random() * 45);
      const isProtected = random() < 0.03 && protectedIds.length < 3;
      const id = await recordAll(
        library,
        moved(FRAMES.slice(0, length), cameraId, (step * TEN_DAYS_MS) / STEPS),
        isProtected,
      );
      if (isProtected) protectedIds.push(id);
      assert.ok((await rig.bytesOnDisk()) <= limits.totalBytes, `${label}, step ${step}`);
      const ofSecond = (await library.range('cam_2', ...EVER)).reduce((sum, { bytes }) => sum + bytes, 0);
      assert.ok(ofSecond <= one * 4, `${label}, step ${step}`);
      assert.equal(library.status.usedBytes, await rig.bytesOnDisk(), `${label}, step ${step}`);
    }
    for (const id of protectedIds) assert.ok(library.find(id), label);
    const left = await Promise.all(['cam_1', 'cam_2'].map((cameraId) => library.range(cameraId, ...EVER)));
    const loose = left.flat().filter((segment) => !segment.protected);
    assert.ok(Math.min(...loose.map(({ startMs }) => startMs)) > BEGIN_MS + TEN_DAYS_MS / 2, label);
  });

  test('full of what is protected it says so, and goes on once there is room', async (t) => {
    const rig = await RecordingRig.make(t);
    const one = FRAMES.reduce((sum, { data }) => sum + data.length, 0) + 20_000;
    const library = await rig.open({ ...PLENTY, totalBytes: one });
    const id = await recordAll(library, FRAMES, true);
    await recordAll(library, moved(FRAMES, 'cam_1', MINUTE_MS));
    assert.equal(library.status.alarm, 'quotaFull');
    await library.setProtected(id, false);
    await recordAll(library, moved(FRAMES, 'cam_1', 2 * MINUTE_MS));
    assert.equal(library.status.alarm, null);
    assert.equal(library.find(id), undefined);
  });

  test('a disk that fills up is left its floor', async (t) => {
    const rig = await RecordingRig.make(t);
    const free = 50_000;
    const library = await rig.open({ ...PLENTY, freeFloorBytes: 30_000 }, () => Promise.resolve(free));
    await recordAll(library, FRAMES);
    assert.equal(library.status.alarm, 'diskFull');
    assert.ok((await rig.bytesOnDisk()) <= 20_000);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { EXPORT_SHARES, ExportJobs } from '../../server/recording/export-jobs.ts';
import { planExport, writeExport } from '../../server/recording/recording-export.ts';
import type { Dates } from '../../server/core/site-clock.ts';
import { createLog } from '../../server/log.ts';
import { EXPORT_LIFETIME_MS, ExportRig } from '../support/export-rig.ts';
import { readWebm } from '../support/read-webm.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { moved, PLENTY, recordAll, RecordingRig } from '../support/recording-rig.ts';
import { until } from '../support/until.ts';

suite('exports of recordings', () => {
  test('a range over several recordings is one segment, from the keyframe before it', async (t) => {
    const rig = await ExportRig.make(t);
    const { frames, startMs, lengthMs, cameraId } = rig;
    await recordAll(rig.library, frames);
    await recordAll(rig.library, moved(frames, cameraId, lengthMs + 100));
    const job = await rig.made();
    const file = job.file();
    const { packets } = await readWebm(file.path);
    assert.equal(packets.length, 2 * frames.length);
    assert.equal(packets[0]?.keyframe, true);
    assert.equal(file.startMs, startMs);
    await rig.exports.remove(job);
    await rig.exports.remove(job);
    assert.deepEqual([rig.files, rig.space.writtenBytes, rig.space.reservedBytes], [[], 0, 0]);
  });

  test('the last picture of a slow camera lasts in it as long as it did', async (t) => {
    const rig = await ExportRig.make(t);
    const [frame] = rig.frames;
    assert.ok(frame);
    const recording = await rig.library.begin(frame, false);
    recording.add(frame);
    recording.lastsUntil(rig.startMs + 30_000);
    await recording.close();
    for (const [untilMs, lengthMs] of [
      [60_000, 30_000],
      [10_000, 10_000],
    ] as const) {
      const job = await rig.made('anna', untilMs);
      const { startMs, endMs } = job.file();
      assert.equal(endMs - startMs, lengthMs);
      await rig.exports.remove(job);
    }
  });

  test('one that is removed while it is prepared leaves nothing', async (t) => {
    const rig = await ExportRig.make(t);
    await rig.record(5);
    const job = await rig.create();
    await rig.exports.remove(job);
    await assert.rejects(job.whenReady(), { code: 'notFound' });
    assert.deepEqual([rig.files, rig.space.reservedBytes, rig.exports.listOf('anna')], [[], 0, []]);
    await rig.made();
  });

  test('a segment that gives way meanwhile is left out, which its user is told, and where all have it fails with a reason', async (t) => {
    const rig = await ExportRig.make(t);
    const [first = '', second = ''] = await rig.record(2);
    const pathOf = (id: string): string => rig.library.pathOf(rig.library.find(id) ?? assert.fail());
    rmSync(pathOf(first));
    const made = await rig.made();
    const { packets } = await readWebm(made.file().path);
    assert.equal(packets.length, rig.frames.length);
    assert.match(made.view.problem ?? '', /a part is missing/);
    rmSync(pathOf(second));
    const job = await rig.create('ben');
    await assert.rejects(job.whenReady(), { code: 'notFound' });
    assert.equal(job.view.problem, 'there is no recording of that time');
    assert.equal(rig.exports.listOf('ben').length, 1, 'its user can read why');
  });

  test('a segment that gets another date meanwhile is in it, at the date it was asked for by', async (t) => {
    const rig = await RecordingRig.make(t);
    const frames = encodedFrames({ count: 50 });
    let aheadMs = 0;
    const dates: Dates = {
      dateMs: (serverUs) => serverUs / 1000 + aheadMs,
      serverUs: (dateMs) => (dateMs - aheadMs) * 1000,
    };
    const library = await rig.open(PLENTY, undefined, dates);
    await recordAll(library, frames);
    const [segment] = await library.range('cam_1', 0, Number.MAX_SAFE_INTEGER);
    assert.ok(segment);
    const plan = planExport([segment], segment.startMs, segment.endMs);
    aheadMs = 3_600_000;
    const atUs = segment.endMs * 1000;
    await library.onClockChanged({ kind: 'stepped', byMs: aheadMs, atUs, sinceUs: atUs }).done;
    assert.notEqual(library.find(segment.id)?.startMs, segment.startMs);
    const written = await writeExport(join(rig.dataDir, 'clip.webm'), plan, {
      files: library,
      stopped: new AbortController().signal,
      onProgress: () => undefined,
      wrote: () => true,
    });
    assert.deepEqual([written.missing, written.startMs, written.endMs], [0, segment.startMs, segment.endMs]);
  });

  test('an error of the file system is not for whoever asked', async (t) => {
    let problem: Error | undefined;
    const rig = await ExportRig.make(t, {
      freeBytes: () => {
        if (problem) throw problem;
        return 1e9;
      },
    });
    await rig.record(1);
    problem = new Error('EACCES: permission denied, statfs /srv/cameras');
    // The server answers what is no VigieError with a sentence of its own.
    await assert.rejects(rig.create(), (error) => error === problem);
    problem = undefined;
    await rename(rig.rig.folder, `${rig.rig.folder}-unplugged`);
    await assert.rejects(rig.create(), { code: 'unavailable', message: /is missing/ });
    await rename(`${rig.rig.folder}-unplugged`, rig.rig.folder);
    await rig.made();
  });

  test('leftovers of a crash are removed at the start', async (t) => {
    const rig = await ExportRig.make(t);
    const folder = join(rig.rig.folder, '.exports');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'export_old.webm'), 'left');
    const { library, space } = rig;
    const again = await ExportJobs.open({
      library,
      space,
      recordingsFolder: rig.rig.folder,
      log: createLog('silent'),
    });
    assert.deepEqual(rig.files, []);
    await again.close();
  });
});

suite('an export', () => {
  test('it counts against its user until it is fetched, and other users have theirs', async (t) => {
    const rig = await ExportRig.make(t);
    await rig.record(1);
    const jobs = [];
    for (let count = 0; count < EXPORT_SHARES.perUser; count++) jobs.push(await rig.made());
    await assert.rejects(rig.create(), { code: 'tooManyRequests', message: /fetch or remove one/ });
    await rig.made('ben');
    const ended = jobs[0]?.read(() => undefined);
    assert.equal(jobs[0]?.view.state, 'sending');
    ended?.(false);
    await rig.exports.sweep();
    await assert.rejects(
      rig.create(),
      { code: 'tooManyRequests' },
      'a download that broke off fetched nothing',
    );
    jobs[0]?.read(() => undefined)(true);
    await rig.exports.sweep();
    await rig.made();
  });

  test('it is removed when it is ten minutes old, but not while it is being fetched', async (t) => {
    const rig = await ExportRig.make(t);
    await rig.record(1);
    const job = await rig.made();
    const ended = job.read(() => undefined);
    rig.nowMs = EXPORT_LIFETIME_MS - 1;
    assert.equal(job.view.expiresInMs, 1);
    rig.nowMs++;
    await rig.exports.sweep();
    assert.equal(rig.files.length, 1);
    ended(false);
    await rig.exports.sweep();
    assert.deepEqual([rig.files, rig.space.reservedBytes], [[], 0]);
  });

  test('removing it cuts off whoever fetches it', async (t) => {
    const rig = await ExportRig.make(t);
    await rig.record(1);
    const job = await rig.made();
    let cutOff = 0;
    job.read(() => cutOff++);
    await rig.exports.remove(job);
    assert.equal(cutOff, 1);
  });

  test('a user with a long export waiting does not keep another waiting', async (t) => {
    const rig = await ExportRig.make(t);
    await rig.record(1);
    const [one, two, other] = await Promise.all([rig.create(), rig.create(), rig.create('ben')]);
    // Two are made at a time: one of each user.
    await until('one of each has begun', () => !one.isWaiting && !other.isWaiting);
    await Promise.all([one, two, other].map((job) => job.whenReady()));
  });

  test('two exports at most are made at a time, however many users ask', async (t) => {
    const rig = await ExportRig.make(t);
    const { cameraId, startMs, library, space } = rig;
    await rig.record(1);
    const disk = Promise.withResolvers<undefined>();
    const exports = await ExportJobs.open({
      library: {
        range: (...range) => library.range(...range),
        bytesForExports: () => library.bytesForExports(),
        pathOf: () => join(rig.rig.dataDir, 'on a slow disk'),
        locate: () => disk.promise,
      },
      space,
      recordingsFolder: rig.rig.folder,
      log: createLog('silent'),
    });
    t.after(() => {
      disk.resolve(undefined);
      return exports.close();
    });
    const jobs = await Promise.all(
      ['anna', 'ben', 'cleo', 'dora'].map((userId) =>
        exports.create({ userId, cameraId, fromMs: startMs, toMs: startMs + 60_000 }),
      ),
    );
    const waiting = () => jobs.filter(({ isWaiting }) => isWaiting).length;
    assert.equal(waiting(), 2);
    disk.resolve(undefined);
    await until('the others have had their turn', () => waiting() === 0);
  });
});

suite('exports never take room from recordings', () => {
  test('on a disk that recordings fill up to the floor, exports use half of the floor, and no recording goes', async (t) => {
    let used = 0;
    const rig = await ExportRig.make(t, {
      limits: { totalBytes: 1e12, freeFloorBytes: 4e6 },
      freeBytes: () => 6e6 - used,
    });
    const [first = ''] = await rig.record(3);
    // Recordings have the disk to the floor.
    used = 6e6 - 4e6 - 200_000;
    const jobs = [await rig.made('anna'), await rig.made('ben')];
    assert.ok(rig.space.writtenBytes > 200_000, `${rig.space.writtenBytes} B`);
    const [frame] = moved(rig.frames, rig.cameraId, 600_000);
    assert.ok(frame);
    const recording = await rig.library.begin(frame, false);
    recording.add(frame);
    await recording.close();
    assert.ok(rig.library.find(first), 'the oldest recording is there');
    for (const job of jobs) await rig.exports.remove(job);
  });

  test('without room it is refused with the free bytes, and holds nothing', async (t) => {
    const rig = await ExportRig.make(t, {
      limits: { totalBytes: 1e12, freeFloorBytes: 1000 },
      freeBytes: () => 1e6,
    });
    await rig.record(1);
    await assert.rejects(rig.create(), {
      code: 'unavailable',
      message: /needs 0\.\d MB .* has 0\.0 MB for it: choose a shorter range/,
    });
    assert.deepEqual([rig.space.reservedBytes, rig.exports.listOf('anna'), rig.files], [0, [], []]);
  });

  test('room that recordings may still grow into is not given to exports', async (t) => {
    const free = 50e6;
    const rig = await ExportRig.make(t, {
      limits: { totalBytes: 40e6, freeFloorBytes: 0 },
      freeBytes: () => free,
    });
    await rig.record(1);
    const { usedBytes } = rig.library.status;
    assert.equal(await rig.library.bytesForExports(), free - (40e6 - usedBytes));
  });

  test('one user has half of the room at most', async (t) => {
    const rig = await ExportRig.make(t);
    await rig.record(1);
    const job = await rig.made();
    const needed = rig.space.reservedBytes;
    await rig.exports.remove(job);
    const { space } = rig;
    assert.throws(() => space.reserve('anna', needed, 2 * needed - 2), { code: 'unavailable' });
    const room = space.reserve('anna', needed, 2 * needed);
    assert.throws(() => space.reserve('anna', 1, 2 * needed), { code: 'unavailable' });
    space.reserve('ben', needed, 2 * needed).close();
    assert.equal(room.wrote(needed), true);
    assert.equal(room.wrote(needed + 1), false);
    room.close();
    room.close();
    assert.deepEqual([space.reservedBytes, space.writtenBytes], [0, 0]);
  });
});

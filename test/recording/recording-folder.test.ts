/** Recordings whose disk is not there. */

import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dates } from '../../server/core/site-clock.ts';
import { MARK_NAME } from '../../server/recording/recording-folder.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { moved, PLENTY, recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 10 });
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

test('without the disk nothing is written in its place, an alarm says so, and it goes on when the disk is back', async (t) => {
  const rig = await RecordingRig.make(t);
  const library = await rig.open();
  await rename(rig.folder, `${rig.folder}-unplugged`);
  const [first] = FRAMES;
  assert.ok(first);
  await assert.rejects(library.begin(first, false), /is missing/);
  assert.equal(library.status.alarm, 'folderMissing');
  await assert.rejects(readdir(rig.folder), /ENOENT/);
  await rename(`${rig.folder}-unplugged`, rig.folder);
  // The disk is looked at once a second at most.
  await t.waitFor(() => recordAll(library, FRAMES), { interval: 100, timeout: 30_000 });
  assert.equal(library.status.alarm, null);
});

test('a start without the disk forgets no recording, and one after recordings were removed on purpose goes on', async (t) => {
  const rig = await RecordingRig.make(t);
  const id = await recordAll(await rig.open(), FRAMES, true);
  await rename(rig.folder, `${rig.folder}-unplugged`);
  const without = await rig.open();
  assert.deepEqual(
    (await without.range('cam_1', ...EVER)).map((segment) => [segment.id, segment.protected]),
    [[id, true]],
  );
  await rm(rig.folder, { recursive: true });
  await rename(`${rig.folder}-unplugged`, rig.folder);
  await rm(join(rig.folder, 'cam_1'), { recursive: true });
  assert.deepEqual(await readdir(rig.folder), [MARK_NAME]);
  assert.deepEqual(await (await rig.open()).range('cam_1', ...EVER), []);
});

test('without the disk nothing is redated, and no folder is made in its place', async (t) => {
  const rig = await RecordingRig.make(t);
  let aheadMs = 0;
  const dates: Dates = {
    dateMs: (serverUs) => serverUs / 1000 + aheadMs,
    serverUs: (dateMs) => (dateMs - aheadMs) * 1000,
  };
  const library = await rig.open(PLENTY, undefined, dates);
  const id = await recordAll(library, FRAMES);
  const before = library.find(id);
  await rename(rig.folder, `${rig.folder}-unplugged`);
  // As a mount point is: empty.
  await mkdir(rig.folder);
  const day = 24 * 3_600_000;
  aheadMs = day;
  const [last] = FRAMES.slice(-1);
  const atUs = (last?.captureUs ?? 0) + 1_000_000;
  await library.onClockChanged({ kind: 'stepped', byMs: day, atUs, sinceUs: atUs - 1_000_000 }).done;
  assert.deepEqual(await readdir(rig.folder), []);
  assert.deepEqual(library.find(id), before);
});

test('without the disk nothing leaves the index, and all of it is removed when the disk is back', async (t) => {
  const rig = await RecordingRig.make(t);
  const library = await rig.open();
  const ids: string[] = [];
  for (const ms of [0, 10_000, 20_000]) ids.push(await recordAll(library, moved(FRAMES, 'cam_1', ms)));
  const [first] = moved(FRAMES, 'cam_1', 30_000);
  assert.ok(first);
  const empty = await library.begin(first, false);
  await rename(rig.folder, `${rig.folder}-unplugged`);
  // As a mount point is: empty.
  await mkdir(rig.folder);
  await assert.rejects(library.remove(ids[0] ?? ''), { code: 'unavailable', message: /is missing/ });
  await assert.rejects(library.removeUnprotected('cam_1'), { code: 'unavailable', message: /is missing/ });
  await empty.discard();
  const known = async () => (await library.range('cam_1', ...EVER)).map(({ id, open }) => [id, open]);
  assert.deepEqual(
    await known(),
    [...ids, empty.id].map((id) => [id, false]),
  );
  assert.ok(library.status.usedBytes > 0, 'they count');
  await rm(rig.folder, { recursive: true });
  await rename(`${rig.folder}-unplugged`, rig.folder);
  await library.removeUnprotected('cam_1');
  assert.deepEqual([await known(), await rig.files()], [[], []]);
});

test('a disk that goes while room is made for a recording takes none out of the index', async (t) => {
  const rig = await RecordingRig.make(t);
  const library = await rig.open();
  const ids: string[] = [];
  for (const ms of [0, 10_000, 20_000]) ids.push(await recordAll(library, moved(FRAMES, 'cam_1', ms)));
  const [first, ...others] = moved(FRAMES, 'cam_1', 30_000);
  assert.ok(first);
  const recording = await library.begin(first, false);
  library.setLimits({ ...PLENTY, totalBytes: library.status.usedBytes });
  await rename(rig.folder, `${rig.folder}-unplugged`);
  for (const frame of [first, ...others]) recording.add(frame);
  await recording.close();
  assert.deepEqual(
    ids.filter((id) => !library.find(id)),
    [],
  );
  assert.equal(library.status.alarm, 'folderMissing');
  await rename(`${rig.folder}-unplugged`, rig.folder);
});

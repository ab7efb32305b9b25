/** Recordings whose disk is not there. */

import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dates } from '../../server/core/site-clock.ts';
import { MARK_NAME } from '../../server/recording/recording-folder.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { PLENTY, recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 10 });
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

test('without the disk nothing is written in its place, an alarm says so, and it goes on when the disk is back', async (t) => {
  const rig = await RecordingRig.make(t);
  const library = await rig.open();
  await rename(rig.folder, `${rig.folder}-unplugged`);
  const [first] = FRAMES;
  assert.ok(first);
  await assert.rejects(library.begin(first, false), /not there/);
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

/** The recordings at a start after a crash. */

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { recordingPath } from '../../server/recording/recording-path.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { moved, recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 50 });
const BEGIN_MS = BEGIN_US / 1000;
const MINUTE_MS = 60_000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

suite('after a crash', () => {
  test('a recording that was being written is whole again', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const [first] = FRAMES;
    assert.ok(first);
    const recording = await library.begin(first, true);
    for (const frame of FRAMES) recording.add(frame);
    const path = join(rig.folder, recordingPath({ cameraId: 'cam_1', startMs: BEGIN_MS }));
    await recording.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length * 0.7));
    const { id } = recording;
    const segment = rig.store.recordings.find(id);
    assert.ok(segment);
    await rig.store.recordings.put({ ...segment, open: true, bytes: 0, endMs: segment.startMs });

    const [found] = await (await rig.reopen()).range('cam_1', ...EVER);
    assert.deepEqual([found?.id, found?.open, found?.protected], [id, false, true]);
    const { packets } = await readWebm(path);
    assert.ok(packets.length > 20 && packets.length < 50);
    const lastMs = Math.round((packets.at(-1)?.seconds ?? 0) * 1000);
    assert.equal(found?.endMs, BEGIN_MS + lastMs);
  });

  test('a recording whose file is whole and whose entry is open has ended', async (t) => {
    const rig = await RecordingRig.make(t);
    const id = await recordAll(await rig.open(), FRAMES);
    await rig.store.settled();
    const segment = rig.store.recordings.find(id) ?? assert.fail();
    await rig.store.recordings.put({ ...segment, open: true });
    await rig.reopen();
    assert.deepEqual(rig.store.recordings.find(id), segment);
  });

  test('files the index does not know are taken in, entries without a file and files without a picture go', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const lost = await recordAll(library, FRAMES);
    await recordAll(library, moved(FRAMES, 'cam_1', MINUTE_MS));
    const [kept, gone] = await rig.files();
    assert.ok(kept && gone);
    const adopted = join(rig.folder, recordingPath({ cameraId: 'cam_9', startMs: BEGIN_MS }));
    await mkdir(dirname(adopted), { recursive: true });
    await writeFile(adopted, await readFile(join(rig.folder, kept)));
    await writeFile(join(rig.folder, `${kept}.repair`), 'left over');
    const empty = join(rig.folder, recordingPath({ cameraId: 'cam_9', startMs: BEGIN_MS + MINUTE_MS }));
    await writeFile(empty, 'no picture');
    await writeFile(join(rig.folder, 'cam_9', 'notes.txt'), 'mine');
    await rm(join(rig.folder, gone));

    const again = await rig.reopen();
    assert.deepEqual(
      (await again.range('cam_1', ...EVER)).map(({ id }) => id),
      [lost],
    );
    assert.deepEqual(
      (await again.range('cam_9', ...EVER)).map(({ startMs, endMs }) => [startMs, endMs]),
      [[BEGIN_MS, BEGIN_MS + 1960]],
    );
    assert.equal(await readFile(join(rig.folder, 'cam_9', 'notes.txt'), 'utf8'), 'mine');
    assert.equal((await rig.files()).length, 2);
    assert.ok(again.status.usedBytes > 0);
  });
});

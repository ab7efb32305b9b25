import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { RecordingExport } from '../../server/recording/recording-export.ts';
import { encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { moved, recordAll, RecordingRig } from '../support/recording-rig.ts';

suite('taking recordings away', () => {
  test('a range over several recordings is one film, from the keyframe before it, and is removed when it was sent', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const frames = encodedFrames({ count: 50 });
    const startMs = (frames[0]?.captureUs ?? 0) / 1000;
    const lengthMs = (frames.at(-1)?.captureUs ?? 0) / 1000 - startMs;
    await recordAll(library, frames);
    await recordAll(library, moved(frames, frames[0]?.cameraId ?? '', lengthMs + 100));
    const exports = await RecordingExport.open(library, rig.folder);
    const file = await exports.range(frames[0]?.cameraId ?? '', startMs, startMs + 3 * lengthMs);
    const { packets } = await readWebm(file.path);
    assert.equal(packets.length, 2 * frames.length);
    assert.equal(packets[0]?.keyframe, true);
    await file.close();
    await file.close();
    assert.deepEqual(await readdir(join(rig.folder, '.exports')).catch(() => []), []);
  });

  test('the last picture of a slow camera lasts in it as long as it did', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const [frame] = encodedFrames({ count: 1 });
    assert.ok(frame);
    const startMs = frame.captureUs / 1000;
    const recording = await library.begin(frame, false);
    recording.add(frame);
    recording.lastsUntil(startMs + 30_000);
    await recording.close();
    const exports = await RecordingExport.open(library, rig.folder);
    for (const [untilMs, lengthMs] of [
      [60_000, 30_000],
      [10_000, 10_000],
    ] as const) {
      const file = await exports.range(frame.cameraId, startMs, startMs + untilMs);
      assert.equal(file.endMs - file.startMs, lengthMs);
      await file.close();
    }
  });

  test('what nobody waits for any more is not made, and nothing is left of it', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const frames = encodedFrames({ count: 50 });
    const cameraId = frames[0]?.cameraId ?? '';
    for (let n = 0; n < 5; n++) await recordAll(library, moved(frames, cameraId, n * 60_000));
    const exports = await RecordingExport.open(library, rig.folder);
    const gone = new AbortController();
    const startMs = (frames[0]?.captureUs ?? 0) / 1000;
    const film = exports.range(cameraId, startMs, startMs + 600_000, gone.signal);
    gone.abort();
    await assert.rejects(film);
    assert.deepEqual(await readdir(join(rig.folder, '.exports')).catch(() => []), []);
    const file = await exports.range(cameraId, startMs, startMs + 600_000);
    await file.close();
  });
});

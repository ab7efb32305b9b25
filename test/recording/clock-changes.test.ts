import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite, test, type TestContext } from 'node:test';
import { SiteClock } from '../../server/core/site-clock.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { Recorder } from '../../server/recording/recorder.ts';
import { planExport, writeExport } from '../../server/recording/recording-export.ts';
import type { RecordingSettings } from '../../server/wire/recording.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { PLENTY, RecordingRig } from '../support/recording-rig.ts';
import { until } from '../support/until.ts';
import { ScriptedVideo } from './scripted-video.ts';
import { eventView } from '../support/event-view.ts';

const FRAMES = encodedFrames({ count: 20, keyframeEvery: 1_000 });
const BEGIN_MS = BEGIN_US / 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

/** A camera that records, server time that begins with the frames, and a wall clock that is `aheadMs` of it. */
async function setUp(t: TestContext, settings: Partial<RecordingSettings> = {}) {
  const rig = await RecordingRig.make(t);
  await rig.store.cameras.ensure('cam_1', 'Door', 'v1', 1);
  const video = Object.assign(new ScriptedVideo(FRAMES, BEGIN_MS), {
    encodeBatch: () => Promise.resolve([]),
  });
  let [aheadMs, sleptMs] = [0, 0];
  const reading = () => ({
    serverUs: video.nowMs * 1000,
    wallMs: video.nowMs + aheadMs,
    uptimeMs: video.nowMs - BEGIN_MS + sleptMs,
  });
  const clock = new SiteClock(reading());
  const log = createLog('silent');
  const library = await rig.open(PLENTY, undefined, clock);
  const recorder = new Recorder({
    video,
    pictures: { subscribe: () => ({ close: () => undefined }) },
    library,
    store: rig.store.recordings,
    limits: PLENTY,
    log,
    nowMs: () => video.nowMs,
    dates: clock,
    timeZone: () => 'UTC',
  });
  t.after(() => recorder.close());
  recorder.addCamera('cam_1');
  await recorder.setSettings('cam_1', { ...DEFAULT_RECORDING, mode: 'continuous', ...settings });
  const look = (): void => {
    const change = clock.look(reading());
    if (change) recorder.onClockChanged(change);
  };
  return {
    rig,
    library,
    recorder,
    nowMs: () => video.nowMs + aheadMs,
    /** The camera sends for this time; the disk keeps up. */
    run: async (seconds: number): Promise<void> => {
      for (let part = 0; part < 5 * seconds; part++) {
        video.play(200);
        await recorder.settled('cam_1');
        // The disk's answers come in turns of the event loop.
        await nextTurn();
      }
      look();
    },
    steps: (byMs: number): void => {
      aheadMs += byMs;
      look();
    },
    /** No picture comes for this time. */
    falls: (ms: number): void => void (video.nowMs += ms),
    sleeps: (ms: number): void => {
      video.nowMs += 10;
      aheadMs += ms;
      sleptMs += ms;
      look();
    },
    /** Once what is redated has its file, by its start. */
    segments: async () => {
      const found = await until('every recording has its file', async () => {
        await rig.store.settled();
        const segments = await library.range('cam_1', ...EVER);
        return segments.every((segment) => existsSync(library.pathOf(segment))) && segments;
      });
      return found.map(({ startMs, endMs, open }) => ({ startMs, endMs, open }));
    },
    gaps: async () => {
      await rig.store.settled();
      return rig.store.recordings.gaps('cam_1', ...EVER);
    },
  };
}

suite('recordings when the clock changes', () => {
  for (const byMs of [1_000, HOUR_MS, 40 * DAY_MS, -HOUR_MS, -40 * DAY_MS])
    test(`after a step of ${byMs} ms what was being recorded has the new time, and what ended before it too`, async (t) => {
      const { recorder, run, steps, segments, gaps, library, nowMs } = await setUp(t);
      await run(75);
      const stepMs = nowMs();
      steps(byMs);
      await run(3);
      const found = await until('the old ones are redated', async () => {
        const all = await segments();
        return all.every(({ startMs }) => startMs >= BEGIN_MS + byMs - 100) && all;
      });
      assert.equal(found.length, 3);
      const [first, second, third] = found;
      assert.ok(Math.abs((first?.startMs ?? 0) - (BEGIN_MS + byMs)) < 100);
      assert.ok(Math.abs((second?.endMs ?? 0) - (stepMs + byMs)) < 100);
      assert.ok(Math.abs((third?.startMs ?? 0) - (stepMs + byMs)) < 2_000);
      assert.deepEqual(
        found.map(({ open }) => open),
        [false, false, true],
      );
      const marks = await until('the gap is stored', async () => (await gaps()).length > 0 && gaps());
      const firstMs = first?.startMs ?? 0;
      assert.deepEqual(marks, [
        { startMs: byMs > 0 ? firstMs - byMs : firstMs, endMs: firstMs, reason: 'clockChanged' },
      ]);
      await recorder.close();
      for (const segment of await library.range('cam_1', ...EVER)) {
        const { durationSeconds } = await readWebm(library.pathOf(segment));
        assert.ok(Math.abs(durationSeconds * 1000 - (segment.endMs - segment.startMs)) < 50);
      }
    });

  test('earlier recordings, older than ten minutes, keep their dates, and the gap begins at their end', async (t) => {
    const { run, steps, segments, gaps } = await setUp(t);
    await run(14 * 60);
    steps(HOUR_MS);
    await run(2);
    const [gap] = await until('the gap is stored', async () => (await gaps()).length > 0 && gaps());
    const found = await segments();
    const before = found.filter(({ startMs }) => startMs < BEGIN_MS + HOUR_MS / 2);
    assert.ok(before.length >= 3 && before.length <= 5, `${before.length}`);
    assert.ok(Math.abs((gap?.startMs ?? 0) - (before.at(-1)?.endMs ?? 0)) < 100);
    assert.equal(gap?.endMs, found[before.length]?.startMs);
  });

  test('recordings of an event that goes on get the new time with it, however long it lasts', async (t) => {
    const { recorder, run, steps, segments, nowMs } = await setUp(t);
    await run(120);
    const startedMs = nowMs();
    recorder.onEvent(eventView({ startedAtMs: startedMs }));
    await run(14 * 60);
    steps(HOUR_MS);
    await run(2);
    const found = await until('all of the event is redated', async () => {
      const all = await segments();
      return (
        all.every(({ startMs, endMs }) => startMs >= startedMs + HOUR_MS / 2 || endMs < startedMs) && all
      );
    });
    const before = found.filter(({ startMs }) => startMs < startedMs + HOUR_MS / 2);
    assert.ok(before.length === 1 || before.length === 2, `${before.length}: what ended before it stays`);
  });

  test('two steps at once move each recording once for each', async (t) => {
    const { run, steps, segments } = await setUp(t);
    await run(200);
    const former = (await segments()).map(({ startMs }) => startMs);
    steps(HOUR_MS);
    steps(-HOUR_MS / 2);
    await run(2);
    const moved = await until('all are redated', async () => {
      const all = await segments();
      return all.every(({ startMs }) => startMs > BEGIN_MS + HOUR_MS / 4) && all;
    });
    for (const [index, startMs] of former.entries())
      assert.ok(Math.abs((moved[index]?.startMs ?? 0) - (startMs + HOUR_MS / 2)) < 100);
  });

  test('a gap that begins while recordings are redated has its date once', async (t) => {
    const { recorder, run, steps, falls, gaps, nowMs, segments } = await setUp(t);
    await run(200);
    steps(-HOUR_MS);
    falls(30_000);
    // An event makes the recorder look at once.
    recorder.onEvent(eventView({ startedAtMs: nowMs() }));
    await until('all are redated', async () =>
      (await segments()).every(({ endMs }) => endMs < BEGIN_MS - HOUR_MS / 2),
    );
    const offline = await until('the gaps are stored', async () => {
      const all = await gaps();
      return all.some(({ reason }) => reason === 'clockChanged') && all.filter(({ endMs }) => endMs === null);
    });
    assert.deepEqual(
      offline.map(({ reason, startMs }) => [reason, Math.abs(startMs - (nowMs() - 30_000)) < 100]),
      [['cameraOffline', true]],
    );
  });

  test('a step there and back leaves no false gap', async (t) => {
    const { run, steps, segments, gaps } = await setUp(t);
    await run(10);
    steps(HOUR_MS);
    await run(10);
    await until('the gap is stored', async () => (await gaps()).length > 0);
    steps(-HOUR_MS);
    await run(2);
    await until('all are dated as they were', async () =>
      (await segments()).every(({ endMs }) => endMs < BEGIN_MS + HOUR_MS / 2),
    );
    const marks = await until('the mark is stored', async () => {
      const all = await gaps();
      return all.length === 1 && all;
    });
    assert.equal(marks[0]?.startMs, marks[0]?.endMs);
  });

  test('a sleep ends what was being recorded where it was, and is a gap', async (t) => {
    const { run, sleeps, segments, gaps, nowMs } = await setUp(t);
    await run(10);
    const asleepMs = nowMs();
    sleeps(8 * HOUR_MS);
    const awakeMs = nowMs();
    await run(2);
    const [before, after] = await segments();
    assert.equal(before?.startMs, Math.floor(BEGIN_MS));
    assert.ok(Math.abs((before?.endMs ?? 0) - asleepMs) < 100);
    assert.ok(Math.abs((after?.startMs ?? 0) - awakeMs) < 100);
    const [gap] = await gaps();
    assert.equal(gap?.reason, 'clockChanged');
    assert.ok(Math.abs((gap?.startMs ?? 0) - asleepMs) < 100);
    assert.ok(Math.abs((gap?.endMs ?? 0) - awakeMs) < 2);
  });

  test('an event over a step back ends its clip: nothing is recorded without end', async (t) => {
    const { recorder, run, steps, nowMs, segments } = await setUp(t, { mode: 'events', postRollSeconds: 5 });
    recorder.onEvent(eventView({ startedAtMs: nowMs() }));
    await run(2);
    steps(-HOUR_MS);
    await run(2);
    recorder.onEvent(eventView({ endedAtMs: nowMs() }));
    await run(4);
    assert.equal(recorder.isRecording('cam_1'), true);
    await run(3);
    await until('the clip has ended', () => Promise.resolve(!recorder.isRecording('cam_1')));
    const found = await segments();
    assert.ok(found.every(({ endMs }) => endMs < BEGIN_MS - HOUR_MS / 2));
  });

  test('a clip of a time that was recorded twice, after a step back, is of the later recording', async (t) => {
    const { rig, library, recorder, run, steps, nowMs } = await setUp(t);
    await run(11 * 60);
    const fromMs = nowMs() - 10_000;
    await run(11 * 60);
    steps(-12 * 60_000);
    await run(120);
    await recorder.close();
    const [beginMs, endMs] = [fromMs + 20_000, fromMs + 50_000];
    const plan = planExport(await library.range('cam_1', beginMs, endMs), beginMs, endMs);
    const path = join(rig.folder, 'clip.webm');
    await writeExport(path, plan, {
      files: library,
      stopped: new AbortController().signal,
      onProgress: () => undefined,
      wrote: () => true,
    });
    const { packets } = await readWebm(path);
    const steadyMs = packets
      .slice(1)
      .map(({ seconds }, index) => 1000 * (seconds - (packets[index]?.seconds ?? 0)));
    assert.ok(
      steadyMs.every((ms) => ms > 20 && ms < 3_000),
      'two segments are not mixed',
    );
  });

  test('an index that was dated by a wrong clock gives way in the order it was recorded', async (t) => {
    const { rig, recorder, run, steps } = await setUp(t);
    steps(-40 * DAY_MS);
    await run(70);
    await recorder.close();
    const library = await rig.reopen();
    const ids = rig.store.recordings.all().map(({ sequence }) => sequence);
    assert.deepEqual(
      ids,
      ids.toSorted((a = 0, b = 0) => a - b),
    );
    assert.ok(library.status.usedBytes > 0);
  });
});

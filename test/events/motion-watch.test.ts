import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { EventLog } from '../../server/events/event-log.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_MOTION, MotionWatch } from '../../server/events/motion-watch.ts';
import type { LumaFrame } from '../../server/core/video/luma-frame.ts';
import type { MotionView } from '../../server/wire/motion.ts';
import { view, type Thing } from '../support/synthetic-view.ts';
import { RecordingRig } from '../support/recording-rig.ts';

const STEP_MS = 200;
const LEFT_HALF: [number, number][] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];

/** The real event log and its store; the test supplies the pictures. */
async function setUp(t: TestContext, settings: Partial<MotionView> = {}) {
  const rig = await RecordingRig.make(t);
  const { store } = rig;
  await store.cameras.ensure('cam_1', 'Door', 'v1', 0);
  const events = new EventLog(store.events, createLog('silent'));
  let onLuma: ((frame: LumaFrame) => void) | undefined;
  const source = {
    subscribeLuma: (_: string, listener: (frame: LumaFrame) => void) => {
      onLuma = listener;
      return { close: () => (onLuma = undefined) };
    },
  };
  const motion = new MotionWatch(source, events, store.motion);
  await motion.setSettings('cam_1', { ...DEFAULT_MOTION, enabled: true, ...settings });
  t.after(() => motion.close());
  let nowMs = 1_000_000;
  return {
    store,
    motion,
    subscribed: () => onLuma !== undefined,
    play: (seconds: number, things: (timeMs: number) => Thing[] = () => []): void => {
      for (const endMs = nowMs + seconds * 1000; nowMs < endMs; nowMs += STEP_MS)
        onLuma?.(view(nowMs, things(nowMs)));
    },
    happened: async () => {
      await store.idle;
      return (await events.list(['cam_1'], { limit: 10 })).rows;
    },
  };
}

const walks = (timeMs: number): Thing[] => [
  { left: Math.round((timeMs % 8_000) / 100), top: 20, width: 4, height: 12, luma: 240 },
];

suite('the motion watch', () => {
  test('a person who walks by is an event, with its zone, its score and its end', async (t) => {
    const zones = [{ id: 'left', name: 'Driveway', points: LEFT_HALF }];
    const { play, happened } = await setUp(t, { zones });
    play(10);
    play(3, walks);
    assert.equal((await happened())[0]?.endedAtMs, null);
    play(10);
    const [event, ...others] = await happened();
    assert.ok(event && others.length === 0);
    assert.deepEqual([event.source, event.zones], ['motion', ['Driveway']]);
    assert.ok((event.score ?? 0) > 0.001);
    assert.ok(event.endedAtMs !== null && event.endedAtMs > event.startedAtMs);
  });

  test('separate zones have separate events, each with its end', async (t) => {
    const right = LEFT_HALF.map(([x, y]): [number, number] => [x + 0.5, y]);
    const zones = [
      { id: 'left', name: 'Driveway', points: LEFT_HALF },
      { id: 'right', name: 'Garden', points: right },
    ];
    const { motion, play, happened } = await setUp(t, { zones, separateZones: true });
    play(10);
    play(7, walks);
    assert.deepEqual(
      (await happened()).map(({ zones: names, endedAtMs }) => [names, endedAtMs]),
      [
        [['Garden'], null],
        [['Driveway'], null],
      ],
    );
    motion.onOffline('cam_1');
    assert.ok((await happened()).every(({ endedAtMs }) => endedAtMs !== null));
  });

  test('a camera that goes offline, or is no longer watched, ends its event', async (t) => {
    const { motion, play, happened, subscribed } = await setUp(t);
    play(10);
    play(3, walks);
    motion.onOffline('cam_1');
    assert.notEqual((await happened())[0]?.endedAtMs, null);
    play(10);
    play(3, walks);
    assert.equal((await happened()).length, 2);
    await motion.setSettings('cam_1', DEFAULT_MOTION);
    assert.notEqual((await happened())[0]?.endedAtMs, null);
    assert.equal(subscribed(), false);
  });

  test('a camera without motion detection costs nothing', async (t) => {
    const { subscribed } = await setUp(t, { enabled: false });
    assert.equal(subscribed(), false);
  });

  test('a log that cannot be written loses that event only', async (t) => {
    const { store, play, happened } = await setUp(t);
    play(10);
    const failing = t.mock.method(store.events, 'add', () => Promise.reject(new Error('disk full')));
    play(3, walks);
    play(10);
    failing.mock.restore();
    play(3, walks);
    assert.equal((await happened()).length, 1);
  });
});

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { DetectionPictures } from '../../server/events/detection-pictures.ts';
import { Detections } from '../../server/events/detections.ts';
import { createLog } from '../../server/log.ts';
import type { DetectedBox, LiveDetections } from '../../server/wire/detection.ts';
import type { MotionArea } from '../../server/wire/motion.ts';
import { eventRoom, withCode } from './event-room.ts';

const START_MS = 1_800_000_000_000;
const ANALYSER = { id: 'key_1', name: 'Yard analyser' };
const GATE: MotionArea = {
  id: 'gate',
  name: 'Gate',
  points: [
    [0, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [0, 1],
  ],
};

const HEDGE: MotionArea = {
  id: 'hedge',
  name: 'Hedge',
  points: [
    [0.6, 0.5],
    [0.75, 0.5],
    [0.75, 1],
    [0.6, 1],
  ],
};

const person = (x = 0.1, score = 0.9): DetectedBox => ({
  label: 'person',
  score,
  x,
  y: 0.4,
  width: 0.1,
  height: 0.3,
});

/** Over a real database, with a camera whose frames come when they are sent. */
async function detecting(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const room = await eventRoom(context);
  const { log, door } = room;
  let nowMs = START_MS;
  let off = false;
  const listeners = new Set<(frame: CameraFrame) => void>();
  const time = unmappedTime(() => nowMs * 1000);
  const taken: number[] = [];
  /** Pictures that are made wait for it. */
  let making: Promise<unknown> = Promise.resolve();
  const silent = createLog('silent');
  const detections = new Detections({
    events: log,
    frames: {
      latest: () => undefined,
      subscribe: (_cameraId, onFrame) => {
        listeners.add(onFrame);
        return { close: () => listeners.delete(onFrame) };
      },
    },
    pictures: new DetectionPictures({
      scaleFrame: async (frame) => {
        taken.push((frame.captureUs / 1000 - START_MS) / 1000);
        await making;
        return frame.jpeg;
      },
      store: (event, jpeg) => log.illustrate(event, jpeg, true),
      isOff: () => off,
      log: silent,
    }),
    areasOf: () => ({ zones: [GATE], masks: [HEDGE] }),
    isOff: () => off,
    time,
    log: silent,
  });
  context.after(() => detections.close());
  const seen: LiveDetections[] = [];
  detections.on('seen', (each) => seen.push(each));
  return {
    ...room,
    detections,
    seen,
    taken,
    listeners,
    /** @returns makes the picture that is in work */
    holdPicture: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      making = promise;
      return resolve;
    },
    switchOff: () => {
      off = true;
      detections.forget(door);
    },
    passes: (ms: number) => {
      nowMs += ms;
      context.mock.timers.tick(ms);
    },
    frame: (marked: number) => {
      const us = nowMs * 1000;
      for (const listener of listeners)
        listener({
          cameraId: door,
          jpeg: Uint8Array.of(marked),
          width: 640,
          height: 480,
          captureUs: us,
          receivedUs: us,
        });
    },
    reports: (boxes: DetectedBox[], lateMs = 0, analyser = ANALYSER) =>
      detections.report(door, { capturedAtMs: nowMs - lateMs, boxes }, analyser),
    events: async () => (await log.list([door], { limit: 100 })).rows,
  };
}

suite('a detection', () => {
  test('is one event with label, zone, score and analyser, from the first sighting to the last', async (context) => {
    const { reports, passes, settled, events } = await detecting(context);
    const { objects } = reports([person(0.1, 0.85)]);
    for (let step = 1; step < 6; step++) {
      passes(500);
      assert.deepEqual(reports([person(0.1 + step * 0.02, 0.9)], 200).objects, objects);
    }
    passes(6_000);
    await settled();
    const [event, ...others] = await events();
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...event, cameraId: '' },
      {
        id: objects[0]?.eventId,
        cameraId: '',
        source: 'analyser',
        sourceName: 'Yard analyser',
        kind: 'detection',
        label: 'person',
        startedAtMs: START_MS,
        endedAtMs: START_MS + 2_300,
        zones: ['Gate'],
        score: 0.9,
        thumbnail: false,
        thumbnailVersion: 0,
      },
    );
  });

  test('has the picture in which it was seen best, by capture time', async (context) => {
    const { reports, passes, frame, settled, events, log, door, taken } = await detecting(context);
    reports([]);
    for (let second = 0; second < 5; second++) {
      frame(second);
      passes(300);
      reports([person(0.1, second === 2 ? 0.99 : 0.85)], 300);
      await new Promise(setImmediate);
      passes(700);
    }
    await settled();
    const [event] = await events();
    assert.deepEqual(taken, [0, 2], 'a better one replaces the first');
    assert.deepEqual([event?.thumbnail, event?.thumbnailVersion], [true, 2], 'and pages ask for it');
    assert.deepEqual(await log.thumbnail(door, event?.id ?? ''), Uint8Array.of(2));
  });

  test('is shown to viewers with the capture time, whether it is an event yet or not', async (context) => {
    const { reports, seen } = await detecting(context);
    reports([{ ...person(0.95, 0.4), width: 0.2 }], 120);
    const [first] = seen;
    assert.equal(first?.captureUs, (START_MS - 120) * 1000);
    assert.equal(first?.analyser, 'Yard analyser');
    const { width = 1 } = first?.boxes[0] ?? {};
    assert.ok(Math.abs(width - 0.05) < 1e-9, 'what lies outside of the picture is cut off');
  });

  test('ends when its camera is switched off, of which nothing is taken after that', async (context) => {
    const { reports, switchOff, settled, events, listeners } = await detecting(context);
    reports([person()]);
    switchOff();
    await settled();
    const [event] = await events();
    assert.equal(event?.endedAtMs, START_MS);
    assert.equal(listeners.size, 0, 'no frame is kept');
    assert.throws(() => reports([person()]), withCode('cameraOff'));
  });

  test('ends with its camera, whose picture in work is not stored', async (context) => {
    const { reports, settled, cameras, detections, log, door, yard, frame, holdPicture, listeners } =
      await detecting(context);
    const illustrated: string[] = [];
    log.on('thumbnail', ({ id }) => illustrated.push(id));
    reports([]);
    frame(1);
    const made = holdPicture();
    reports([person()]);
    await settled();
    await cameras.remove(door, START_MS);
    detections.forget(door);
    made();
    await new Promise(setImmediate);
    await settled();
    assert.deepEqual([illustrated, listeners.size], [[], 0]);
    assert.deepEqual((await log.list([door], { limit: 9 })).rows, []);
    const { objects } = detections.report(yard, { capturedAtMs: START_MS, boxes: [person()] }, ANALYSER);
    assert.ok(objects[0]?.eventId, 'others go on');
  });

  test('at a camera that was switched off and on again gets no picture from before', async (context) => {
    const { reports, settled, detections, log, door, frame, holdPicture } = await detecting(context);
    reports([]);
    frame(1);
    const made = holdPicture();
    const [object] = reports([person()]).objects;
    detections.forget(door);
    made();
    await new Promise(setImmediate);
    await settled();
    assert.equal(await log.thumbnail(door, object?.eventId ?? ''), undefined);
  });

  test('in a mask is none: no event, no box in the picture, and no end of one beside it', async (context) => {
    const { reports, seen, settled, events } = await detecting(context);
    const hidden = { ...person(0.62), height: 0.5 };
    const { objects } = reports([hidden, person()]);
    assert.equal(objects[0]?.eventId, null);
    assert.ok(objects[1]?.eventId);
    assert.deepEqual(
      seen[0]?.boxes.map(({ x }) => x),
      [0.1],
    );
    await settled();
    assert.equal((await events()).length, 1);
    // Its foot is what counts, as for zones.
    assert.ok(reports([{ ...person(0.7), width: 0.15 }]).objects[0]?.eventId);
  });

  test('ends when its analyser falls silent, and its frames are dropped', async (context) => {
    const { reports, passes, settled, events, listeners } = await detecting(context);
    reports([person()]);
    passes(6_000);
    await settled();
    assert.equal((await events())[0]?.endedAtMs, START_MS);
    passes(30_000);
    assert.equal(listeners.size, 0);
  });

  test('takes a new label to all who were told of it', async (context) => {
    const { reports, passes, settled, events, log } = await detecting(context);
    const accepted: string[] = [];
    log.on('accepted', ({ label }) => accepted.push(label));
    const dog = (): DetectedBox => ({ ...person(), label: 'dog' });
    reports([person()]);
    for (let step = 0; step < 6; step++) {
      passes(500);
      reports([dog()]);
    }
    await settled();
    assert.deepEqual(accepted, ['person', 'dog']);
    assert.deepEqual(
      (await events()).map(({ label }) => label),
      ['dog'],
    );
  });
});

suite('a report', () => {
  test('dated in the future or long ago is refused, with the reason', async (context) => {
    const { reports, passes } = await detecting(context);
    passes(100_000);
    for (const [lateMs, says] of [
      [61_000, /61000 ms ago; report within 60 s/],
      [-3_000, /3000 ms in the future/],
    ] as const)
      assert.throws(
        () => reports([person()], lateMs),
        (error) => withCode('unprocessable')(error) && says.test((error as Error).message),
      );
    assert.doesNotThrow(() => reports([person()], 59_000));
    assert.doesNotThrow(() => reports([person()], -1_000));
  });

  test('too many are refused and counted, and those of another analyser are not', async (context) => {
    const { reports, detections, passes } = await detecting(context);
    for (let n = 0; n < 60; n++) reports([]);
    assert.throws(() => reports([]), withCode('tooManyRequests'));
    assert.doesNotThrow(() => reports([], 0, { id: 'key_2', name: 'Other' }));
    passes(1_000);
    assert.doesNotThrow(() => reports([]));
    assert.deepEqual(detections.counters, { reports: 62, refused: 1, passedOver: 0 });
  });
});

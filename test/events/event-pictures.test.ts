import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { EventPictures } from '../../server/events/event-pictures.ts';
import type { EventView } from '../../server/wire/event.ts';
import { createLog } from '../../server/log.ts';
import { eventView } from '../support/event-view.ts';

const NOW_MS = 1_800_000_000_000;

const motion = (change: Partial<EventView> = {}): EventView => eventView({ startedAtMs: NOW_MS, ...change });

function photographer(context: TestContext, { ageMs = 100, width = 640 } = {}) {
  const { timers } = context.mock;
  timers.enable({ apis: ['setTimeout', 'Date'], now: NOW_MS });
  const taken: [id: string, jpeg: Uint8Array][] = [];
  const shrink = context.mock.fn((_frame: CameraFrame, _width: number) => Promise.resolve(Uint8Array.of(9)));
  const sound = async (cameraId: string): Promise<CameraFrame> => {
    const receivedUs = (Date.now() - ageMs) * 1000;
    return { cameraId, jpeg: Uint8Array.of(1, 2, 3), width, height: 480, captureUs: receivedUs, receivedUs };
  };
  const pictures = new EventPictures(
    { sound, shrink },
    { illustrate: ({ id }, jpeg) => void taken.push([id, jpeg]) },
    createLog('silent'),
    () => Date.now() * 1000,
  );
  const later = async (): Promise<void> => {
    timers.tick(1_000);
    await new Promise(setImmediate);
  };
  return { pictures, taken, shrink, later };
}

suite('event pictures', () => {
  test('a motion event gets one thumbnail, however often it is updated', async (context) => {
    const { pictures, taken, shrink, later } = photographer(context);
    pictures.onEvent(motion());
    pictures.onEvent(motion({ zones: ['Gate'] }));
    assert.deepEqual(taken, [], 'a person who enters is still at the edge');
    await later();
    pictures.onEvent(motion({ thumbnail: true, thumbnailVersion: 1, endedAtMs: NOW_MS + 5_000 }));
    await later();
    assert.deepEqual(taken, [['evt_1', Uint8Array.of(9)]]);
    assert.equal(shrink.mock.callCount(), 1);
  });

  test('an event stored only once, at its end, gets a thumbnail', async (context) => {
    const { pictures, taken, later } = photographer(context);
    pictures.onEvent(motion({ source: 'sensor', endedAtMs: NOW_MS }));
    await later();
    assert.equal(taken.length, 1);
  });

  test('a picture that is small already is used unchanged', async (context) => {
    const { pictures, taken, later } = photographer(context, { width: 160 });
    pictures.onEvent(motion());
    await later();
    assert.deepEqual(taken, [['evt_1', Uint8Array.of(1, 2, 3)]]);
  });

  test('an offline or silent camera yields no thumbnail', async (context) => {
    const { pictures, taken, later } = photographer(context, { ageMs: 60_000 });
    pictures.onEvent(motion());
    pictures.onEvent(motion({ id: 'evt_2', kind: 'offline', source: 'connection' }));
    await later();
    assert.deepEqual(taken, []);
  });

  test('a thumbnail that fails does not affect the others', async (context) => {
    const { pictures, taken, shrink, later } = photographer(context);
    shrink.mock.mockImplementationOnce(() => Promise.reject(new Error('too many')));
    pictures.onEvent(motion());
    await later();
    pictures.onEvent(motion({ id: 'evt_2' }));
    await later();
    assert.deepEqual(
      taken.map(([id]) => id),
      ['evt_2'],
    );
  });

  test('nothing is taken after the end', async (context) => {
    const { pictures, taken, later } = photographer(context);
    pictures.onEvent(motion());
    pictures.close();
    await later();
    assert.deepEqual(taken, []);
  });

  test('at most 64 events wait for their thumbnails; another gets none, and there is room again later', async (context) => {
    const { pictures, taken, later } = photographer(context);
    for (let number = 1; number <= 65; number++) pictures.onEvent(motion({ id: `evt_${number}` }));
    await later();
    assert.equal(taken.length, 64);
    assert.ok(taken.every(([id]) => id !== 'evt_65'));
    pictures.onEvent(motion({ id: 'evt_66' }));
    await later();
    assert.equal(taken.at(-1)?.[0], 'evt_66');
  });
});

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { SiteClock, type SiteTime } from '../../server/core/site-clock.ts';
import { Detections } from '../../server/events/detections.ts';
import { EventLog } from '../../server/events/event-log.ts';
import { createLog } from '../../server/log.ts';
import type { EventView } from '../../server/wire/event.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const START_MS = Date.parse('2026-11-28T12:00:00Z');
const HOUR_MS = 3_600_000;

async function room(context: TestContext) {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  const reading = { serverUs: START_MS * 1000, wallMs: START_MS, uptimeMs: 0 };
  const clock = new SiteClock(reading);
  const time: SiteTime = {
    dateMs: (us) => clock.dateMs(us),
    serverUs: (ms) => clock.serverUs(ms),
    nowUs: () => reading.serverUs,
    nowMs: () => clock.dateMs(reading.serverUs),
  };
  const log = new EventLog(store.events, createLog('silent'), time);
  const redated: EventView[] = [];
  log.on('redated', (event) => redated.push(event));
  const { id: cameraId } = await store.cameras.add('Door', 'v1', 1);
  const passes = (ms: number): void => {
    reading.serverUs += ms * 1000;
    reading.uptimeMs += ms;
    reading.wallMs += ms;
  };
  return {
    log,
    time,
    redated,
    cameraId,
    passes,
    steps: (byMs: number) => {
      reading.wallMs += byMs;
      const change = clock.look(reading);
      assert.ok(change);
      log.onClockChanged(change);
    },
    found: async (id: string) => {
      await store.settled();
      const event = log.find(cameraId, id);
      return event && [event.startedAtMs, event.endedAtMs];
    },
    motion: () =>
      log.start({
        cameraId,
        source: 'motion',
        kind: 'motion',
        startedAtMs: time.nowMs(),
        zones: [],
        score: 0.1,
      }).id,
  };
}

for (const byMs of [HOUR_MS, -HOUR_MS])
  test(`a step of ${byMs} ms moves what goes on, and what ended in the ten minutes before`, async (context) => {
    const { log, time, redated, passes, steps, found, motion } = await room(context);
    const old = motion();
    log.end(old, time.nowMs());
    passes(11 * 60_000);
    const recent = motion();
    log.end(recent, time.nowMs() + 4_000);
    passes(30_000);
    const now = motion();
    const startedMs = time.nowMs();
    passes(2_000);
    steps(byMs);
    assert.deepEqual(await found(old), [START_MS, START_MS]);
    assert.deepEqual(await found(recent), [startedMs - 30_000 + byMs, startedMs - 26_000 + byMs]);
    assert.deepEqual(await found(now), [startedMs + byMs, null]);
    passes(2_000);
    log.end(now, time.nowMs());
    assert.deepEqual(await found(now), [startedMs + byMs, startedMs + 4_000 + byMs]);
    assert.deepEqual(new Set(redated.map(({ id }) => id)), new Set([recent, now]));
  });

test('a step there and back leaves an event where it was', async (context) => {
  const { log, time, passes, steps, found, motion } = await room(context);
  const id = motion();
  passes(1_000);
  steps(HOUR_MS);
  passes(1_000);
  log.end(id, time.nowMs());
  steps(-HOUR_MS);
  assert.deepEqual(await found(id), [START_MS, START_MS + 2_000]);
});

test('a detection goes on over a set clock: its later reports are of the same object, with the new dates', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { log, time, cameraId, passes, steps, found } = await room(context);
  const detections = new Detections({
    events: log,
    frames: { latest: () => undefined, subscribe: () => ({ close: () => undefined }) },
    pictures: { take: () => undefined, forget: () => undefined },
    areasOf: () => ({ zones: [], masks: [] }),
    isOff: () => false,
    time,
    log: createLog('silent'),
  });
  context.after(() => detections.close());
  const boxes = [{ label: 'person', score: 0.9, x: 0.1, y: 0.4, width: 0.1, height: 0.3 }];
  const report = (capturedAtMs: number): string =>
    detections.report(cameraId, { capturedAtMs, boxes }, { id: 'key_1', name: 'Yard' }).objects[0]?.eventId ??
    '';
  const id = report(time.nowMs());
  passes(1_000);
  const before = time.nowMs();
  steps(HOUR_MS);
  assert.throws(() => report(before), { code: 'unprocessable' }, 'dated by the clock that was wrong');
  assert.equal(report(time.nowMs()), id);
  passes(6_000);
  context.mock.timers.tick(6_000);
  assert.deepEqual(await found(id), [START_MS + HOUR_MS, START_MS + HOUR_MS + 1_000]);
});

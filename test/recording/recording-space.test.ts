import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredRecording } from '../../server/core/recording/quota-ring.ts';
import { RecordingSpace, type RecordingSpaceOptions } from '../../server/recording/recording-space.ts';

const recording = (id: string, bytes = 0, kept = true): StoredRecording => ({
  id,
  cameraId: 'door',
  bytes,
  kept,
});

/** A disk with this much free, of which `floor` stays free. It is read once a second at most, so once in a test. */
function room(free: number, floor: number, options: Partial<RecordingSpaceOptions> = {}) {
  const removed: string[] = [];
  const alarms: unknown[] = [];
  const opened = new RecordingSpace({
    folder: '/',
    limits: { totalBytes: 1e6, cameraBytes: new Map(), freeFloorBytes: floor },
    remove: async (id) => void removed.push(id),
    onAlarm: (alarm) => alarms.push(alarm),
    freeBytes: () => Promise.resolve(free),
    isThere: () => Promise.resolve(true),
    ...options,
  });
  return { room: opened, removed, alarms };
}

test('the bytes of a recording that was removed are free for the next, before the disk is looked at again', async () => {
  const { room: opened, removed } = room(150, 100);
  opened.put(recording('old', 100, false));
  const next = recording('next');
  assert.equal(await opened.admit(next, 60), true);
  assert.deepEqual(removed, ['old']);
  assert.equal(opened.status.freeBytes, 190);
  assert.equal(await opened.admit(next, 90), true, 'down to the floor');
  assert.equal(opened.status.freeBytes, 100);
});

test('bytes that were admitted are not free any more, before the disk is looked at again', async () => {
  const { room: opened, alarms } = room(150, 100);
  assert.equal(await opened.admit(recording('one'), 50), true);
  assert.equal(await opened.admit(recording('two'), 1), false);
  assert.deepEqual(alarms, ['diskFull']);
});

test('a recording that must go is gone before the answer, and admissions are answered one after the other', async () => {
  const removal = Promise.withResolvers<void>();
  const { room: opened } = room(1e6, 0, {
    limits: { totalBytes: 100, cameraBytes: new Map(), freeFloorBytes: 0 },
    remove: () => removal.promise,
  });
  opened.put(recording('old', 100, false));
  const answers: string[] = [];
  const first = opened.admit(recording('first'), 60).then((admitted) => answers.push(`first ${admitted}`));
  const second = opened.admit(recording('second'), 60).then((admitted) => answers.push(`second ${admitted}`));
  await new Promise(setImmediate);
  assert.deepEqual(answers, []);
  removal.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(answers, ['first true', 'second false']);
  assert.equal(opened.status.usedBytes, 60);
});

test('a recording that cannot be removed still counts, and is tried again after a minute', async () => {
  const problems = [new Error('it is locked')];
  let nowMs = 0;
  const { room: opened } = room(1e6, 0, {
    limits: { totalBytes: 100, cameraBytes: new Map(), freeFloorBytes: 0 },
    remove: async () => {
      const problem = problems.pop();
      if (problem) throw problem;
    },
    nowMs: () => nowMs,
  });
  opened.put(recording('old', 100, false));
  await assert.rejects(opened.admit(recording('next'), 60), /it is locked/);
  assert.equal(opened.status.usedBytes, 100);
  await assert.rejects(opened.admit(recording('next'), 60), /it is locked/);
  nowMs += 60_000;
  assert.equal(await opened.admit(recording('next'), 60), true);
  assert.equal(opened.status.usedBytes, 60);
});

test('in place of a recording that cannot be removed another one goes, so that no other camera is kept waiting', async () => {
  const removed: string[] = [];
  const stuck: string[] = [];
  const { room: opened } = room(1e6, 0, {
    limits: { totalBytes: 200, cameraBytes: new Map(), freeFloorBytes: 0 },
    remove: async (id) => {
      if (id === 'locked') throw new Error('it is locked');
      removed.push(id);
    },
    onStuck: (id) => stuck.push(id),
  });
  opened.put(recording('locked', 100, false));
  opened.put({ ...recording('other', 100, false), cameraId: 'garden' });
  assert.equal(await opened.admit(recording('next'), 60), true);
  assert.deepEqual([stuck, removed], [['locked'], ['other']]);
  assert.equal(opened.status.usedBytes, 160);
});

test('after a write that found the disk full, the next admission asks for the free space again', async () => {
  let free = 1_000;
  const { room: opened, alarms } = room(0, 0, { freeBytes: () => Promise.resolve(free) });
  assert.equal(await opened.admit(recording('one'), 10), true);
  free = 0;
  opened.onDiskFull();
  assert.equal(await opened.admit(recording('one'), 10), false);
  free = 1_000;
  opened.onDiskFull();
  assert.equal(await opened.admit(recording('one'), 10), true);
  opened.onDiskFull();
  opened.forgetAlarm();
  assert.deepEqual(alarms, ['diskFull', null, 'diskFull', null]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { CameraLifecycle } from '../../server/cameras/camera-lifecycle.ts';

test('a stage that fails, at once or later, is logged and does not affect the others', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const removed: string[] = [];
  const fails = {
    removeCamera: () => {
      throw new Error('failed at once');
    },
  };
  const failsLater = { removeCamera: () => Promise.reject(new Error('failed later')) };
  const stages = new CameraLifecycle(
    [fails, failsLater, { removeCamera: (id) => void removed.push(id) }],
    log,
  );
  stages.remove('door');
  await new Promise(setImmediate);
  assert.deepEqual(removed, ['door']);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message),
    ['failed at once', 'failed later'],
  );
});

test('a stage without state for existing cameras is not called for new ones', () => {
  const added: string[] = [];
  const stages = new CameraLifecycle(
    [{}, { addCamera: (id) => void added.push(id) }],
    pino({ level: 'silent' }),
  );
  stages.add('door');
  assert.deepEqual(added, ['door']);
});

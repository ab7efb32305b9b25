import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { RecordingIndex } from '../../server/recording/recording-index.ts';
import type { RecordingStore, StoredSegment } from '../../server/recording/recording-store.ts';

const SEGMENT = { id: 'rec_1', cameraId: 'cam_1' } as StoredSegment;

/** An index over a store that holds nothing and whose writes the test ends. */
function indexOverSlowStore() {
  const writes: PromiseWithResolvers<void>[] = [];
  const write = (): Promise<void> => {
    const pending = Promise.withResolvers<void>();
    writes.push(pending);
    return pending.promise;
  };
  const store = { find: () => undefined, put: write, remove: write } as unknown as RecordingStore;
  const lines: { msg: string; recordingId?: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { index: new RecordingIndex(store, log), writes, lines };
}

test('an entry is found from the moment it is put, and not found from the moment it is removed', async () => {
  const { index, writes } = indexOverSlowStore();
  const put = index.put(SEGMENT);
  assert.equal(index.find('rec_1'), SEGMENT);
  const removed = index.remove('rec_1');
  assert.equal(index.find('rec_1'), undefined);
  assert.deepEqual(index.unwrittenIds, ['rec_1']);
  writes[0]?.resolve();
  await put;
  assert.deepEqual(index.unwrittenIds, ['rec_1'], 'the removal is not written yet');
  writes[1]?.resolve();
  await removed;
  assert.deepEqual(index.unwrittenIds, []);
});

test('it has settled once each write has ended, also one that fails', async () => {
  const { index, writes } = indexOverSlowStore();
  const put = index.put(SEGMENT);
  index.remove('rec_2').catch(() => undefined);
  let settled = false;
  const done = index.settled().then(() => (settled = true));
  writes[0]?.resolve();
  await put;
  assert.equal(settled, false);
  writes[1]?.reject(new Error('disk full'));
  await done;
});

test('a failed write is logged with its segment, and the index no longer counts it as unwritten', async () => {
  const { index, writes, lines } = indexOverSlowStore();
  const put = index.put(SEGMENT);
  writes[0]?.reject(new Error('disk full'));
  await assert.rejects(put, /disk full/);
  assert.deepEqual(
    lines.map(({ msg, recordingId }) => [msg, recordingId]),
    [['failed to write the recording index', 'rec_1']],
  );
  assert.deepEqual(index.unwrittenIds, []);
});

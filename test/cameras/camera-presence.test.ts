import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { CameraPresence } from '../../server/cameras/camera-presence.ts';
import { createLog } from '../../server/log.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR_MS = 3_600_000;

test('the date of the last frame moves with the clock, also where it is stored', async (context) => {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  const { id } = await store.cameras.add('Door', 'v1', 1);
  let aheadMs = 0;
  const ingest = Object.assign(new EventEmitter(), {
    status: () => ({ online: false, lastFrameAtMs: 5_000 }),
    set: () => Promise.resolve(),
    reboot: () => Promise.resolve(),
    disconnect: () => undefined,
  });
  const dates = {
    dateMs: (us: number) => us / 1000 + aheadMs,
    serverUs: (ms: number) => (ms - aheadMs) * 1000,
  };
  const presence = new CameraPresence(ingest, undefined, store.cameras, createLog('silent'), dates);
  const told: (number | null)[] = [];
  presence.on('offline', (_cameraId, lastFrameAtMs) => told.push(lastFrameAtMs));
  ingest.emit('offline', id);
  aheadMs = HOUR_MS;
  presence.onClockChanged({ kind: 'stepped', byMs: HOUR_MS, atUs: 0, sinceUs: 0 }, [id]);
  await store.settled();
  assert.deepEqual(told, [5_000]);
  assert.equal(presence.status(id).lastFrameAtMs, 5_000 + HOUR_MS);
  assert.equal(store.cameras.find(id)?.lastFrameAtMs, 5_000 + HOUR_MS);
});

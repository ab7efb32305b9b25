/**
 * Stores events as fast as it can, and prints a line after each, until it is killed: the program of webhooks.test.ts.
 */

import { createLog } from '../../server/log.ts';
import { openStores } from '../../server/stores.ts';

const MAX_EVENTS = 400;

const [folder = ''] = process.argv.slice(2);
const store = openStores(folder, createLog('silent'));
for (let n = 0; n < MAX_EVENTS; n++) {
  await store.events.add(
    {
      id: `evt_${n}`,
      cameraId: 'cam_1',
      source: 'motion',
      sourceName: '',
      kind: 'motion',
      startedAtMs: n,
      endedAtMs: null,
      zones: [],
      score: null,
    },
    n,
  );
  process.stdout.write('stored\n');
}
// Keeps running, because the test is about an abrupt end.
setInterval(() => undefined, 1_000);

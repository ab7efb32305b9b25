/** An event and its messages are stored in one transaction, so that no crash leaves one without the other. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventQueries, type NewEvent } from '../../server/events/event-store.ts';
import { openDatabase } from '../../server/store/open-database.ts';
import { makeQueries } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const EVENT: NewEvent = {
  id: 'evt_1',
  cameraId: 'cam_1',
  source: 'motion',
  sourceName: '',
  kind: 'motion',
  startedAtMs: 1,
  endedAtMs: null,
  zones: [],
  score: null,
};

test('an event whose messages cannot be queued is neither stored nor ended', (context) => {
  const database = openDatabase(temporaryFolder(context));
  context.after(() => database.close());
  makeQueries(database).cameras.ensure('cam_1', 'Door', 'v1', 1);
  let full = true;
  const outbox = (): void => {
    if (full) throw new Error('the outbox is full');
  };
  const queries = new EventQueries(database, { outbox });
  assert.throws(() => queries.add(EVENT, 1), /the outbox is full/);
  assert.equal(queries.find('cam_1', 'evt_1'), undefined);
  full = false;
  queries.add(EVENT, 1);
  full = true;
  assert.throws(() => queries.end('evt_1', 2, 2), /the outbox is full/);
  assert.equal(queries.find('cam_1', 'evt_1')?.endedAtMs, null);
});

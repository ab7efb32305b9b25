/** Finds the device of a refresh token without renewing it: push subscriptions belong to it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountEvents, Sessions } from '../../server/accounts/sessions.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY_MS = 24 * 3_600_000;

test('a device is identified by its newest refresh token and, for 30 s, by the one just replaced', async (context) => {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  let nowMs = 1_800_000_000_000;
  const sessions = new Sessions({ store, events: new AccountEvents(), nowMs: () => nowMs });
  const viewer = { username: 'ada', passwordHash: '', role: 'viewer', cameras: [] } as const;
  const user = await store.users.add({ ...viewer, cameras: [] }, nowMs);
  const first = await sessions.start(user);
  const { sessionId } = sessions.identify(first.accessToken);
  const device = { sessionId, userId: user.id };
  assert.deepEqual(sessions.deviceOf(first.refreshToken), device);

  const second = await sessions.refresh(first.refreshToken);
  nowMs += 30_000;
  assert.deepEqual(sessions.deviceOf(first.refreshToken), device, 'just replaced');
  assert.deepEqual(sessions.deviceOf(second.refreshToken), device);
  nowMs += 1;
  assert.equal(sessions.deviceOf(first.refreshToken), undefined, 'replaced for longer');
  assert.deepEqual(sessions.deviceOf(second.refreshToken), device, 'the look-up ends nothing');
  const third = await sessions.refresh(second.refreshToken);
  assert.equal(sessions.deviceOf(first.refreshToken), undefined, 'two generations old');
  assert.equal(sessions.deviceOf('made.up.token'), undefined);

  nowMs += 30 * DAY_MS;
  assert.deepEqual(sessions.deviceOf(third.refreshToken), device);
  nowMs += 1;
  assert.equal(sessions.deviceOf(third.refreshToken), undefined, 'unused for more than 30 days');
  await sessions.end(sessionId);
  assert.equal(sessions.deviceOf(third.refreshToken), undefined);
});

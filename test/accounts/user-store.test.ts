import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a new hash of the same password is stored only while that password is the current one', async (context) => {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  const { users } = store;
  const { id } = await users.add(
    { username: 'ada', passwordHash: 'old', role: 'viewer', cameras: [] },
    1_800_000_000_000,
  );
  await users.renewHash(id, 'old', 'new');
  assert.equal(users.find(id)?.passwordHash, 'new');
  // The password was changed while the old one was hashed anew.
  await users.renewHash(id, 'old', 'late');
  assert.equal(users.find(id)?.passwordHash, 'new');
});

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AccountEvents } from '../../server/accounts/sessions.ts';
import { PasswordResetWatch } from '../../server/accounts/password-reset-watch.ts';
import { resetPassword, type ResetPasswordOptions } from '../../server/accounts/reset-password.ts';
import { createLog } from '../../server/log.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const log = createLog('silent');

function reset(dataDir: string, options: Partial<ResetPasswordOptions> = {}): Promise<string> {
  return resetPassword({ dataDir, username: 'admin', confirm: () => Promise.resolve(true), log, ...options });
}

async function running(context: TestContext) {
  const dataDir = temporaryFolder(context);
  const server = await startApi(context, { dataDir });
  return { dataDir, server, client: await ApiClient.signedIn(server) };
}

test('beside a running server the old password and sign-ins are worth nothing, and what hangs on them is told to end', async (context) => {
  const { dataDir, server, client } = await running(context);
  const events = new AccountEvents();
  const ended: string[] = [];
  const changed: string[] = [];
  events.on('credentialEnded', (id) => ended.push(id));
  events.on('accessChanged', (id) => changed.push(id));
  const { passwordResets: resets, users } = server.store;
  const watch = new PasswordResetWatch({ resets, users, events, log, intervalMs: 1_000_000 });
  context.after(() => watch.close());
  const password = await reset(dataDir);
  watch.look();
  watch.look();
  assert.equal(ended.length, 1);
  assert.deepEqual(changed, [users.findByName('admin')?.id]);
  assert.equal((await client.call('GET', '/api/cameras')).status, 401);
  const again = new ApiClient(server);
  assert.equal((await again.signIn('admin', 'correct horse battery')).status, 401);
  assert.equal((await again.signIn('admin', password)).status, 200);
});

test('a no and an unknown name change nothing; the latter is told who there is', async (context) => {
  const { dataDir, client } = await running(context);
  const no = { confirm: () => Promise.resolve(false) };
  await assert.rejects(reset(dataDir, no), { code: 'configuration', message: 'nothing was changed' });
  await assert.rejects(reset(dataDir, { username: 'root' }), {
    message: /no user root; there are admin \(administrator\)/,
  });
  await assert.rejects(reset(temporaryFolder(context)), { message: /there is no database in/ });
  assert.equal((await client.call('GET', '/api/cameras')).status, 200);
});

test('a database that cannot be read is logged once, and again after it could be read', (context) => {
  const lines: string[] = [];
  const own = { error: (_fields: object, line: string) => lines.push(line) };
  const faulty = { child: () => own } as unknown as typeof log;
  let damaged = false;
  const after = (): [] => {
    if (damaged) throw new Error('the database is damaged');
    return [];
  };
  const resets = { newest: () => 0, after };
  const users = { find: () => undefined };
  const events = new AccountEvents();
  const watch = new PasswordResetWatch({ resets, users, events, log: faulty, intervalMs: 1_000_000 });
  context.after(() => watch.close());
  for (const state of [true, true, false, true, true]) {
    damaged = state;
    watch.look();
  }
  assert.deepEqual(
    lines,
    Array.from({ length: 2 }, () => 'failed to look for reset passwords'),
  );
});

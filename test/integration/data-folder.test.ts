/** Commands beside a running server, and a second server on its data folder, as processes. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AuditEntry } from '../../server/wire/audit.ts';
import { ApiSession } from '../support/api-session.ts';
import { Child } from '../support/child-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const elsewhere = mkdtempSync(join(tmpdir(), 'vigie-restored-'));
after(async () => {
  await server.stop();
  rmSync(elsewhere, { recursive: true });
});

const PORTS = { VIGIE_HTTP_PORT: '0', VIGIE_RTC_PORT: '0', VIGIE_DEMO: '0' };

async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<[code: unknown, output: string]> {
  const VIGIE_DATA_DIR = join(server.folder, 'data');
  const child = new Child('server/main.ts', args, {
    cwd: server.folder,
    env: { ...PORTS, VIGIE_DATA_DIR, ...env },
  });
  return [await child.exited(), child.output];
}

test('a second server on the folder ends and names who has it', async () => {
  const [code, output] = await run([]);
  assert.equal(code, 1);
  assert.match(
    output,
    new RegExp(`^the data folder [^\\n]*process ${server.child.process.pid} on [^\\n]*\\n$`),
  );
});

test('a backup beside the server, encrypted, is restored elsewhere and serves the same users and cameras', async () => {
  const admin = await server.admin();
  const { id } = await admin.addCamera('Door');
  const file = join(elsewhere, 'backup.vigie');
  const password = { VIGIE_BACKUP_PASSWORD: 'a password for the backup' };
  const [code, output] = await run(['--backup', file], password);
  assert.equal(code, 0, output);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const there = { ...password, VIGIE_DATA_DIR: join(elsewhere, 'data') };
  const [, refused] = await run(['--restore', file], there);
  assert.match(refused, /There is no terminal to ask: add --yes/);
  const restored = await run(['--restore', file, '--yes'], there);
  assert.match(restored[1], /^Restored: 1 cameras, 1 users/);
  await using again = new Child('server/main.ts', [], { cwd: elsewhere, env: { ...PORTS, ...there } });
  const [, url = ''] = await again.line(/Vigie is ready: (\S+)/);
  const cameras = await (await ApiSession.signIn(url, 'admin', server.password)).cameras();
  assert.deepEqual(
    cameras.map((camera) => camera.id),
    [id],
  );
});

test('after a restore by the API the same process starts again with the backup', async () => {
  const restoring = await ServerProcess.start();
  // The port of its configuration is now a fixed one, which the process that follows takes again.
  await restoring.kill();
  await restoring.start();
  try {
    const { pid } = restoring.child.process;
    const admin = await restoring.admin();
    const { id } = await admin.addCamera('Door');
    const authorization = `Bearer ${admin.session.accessToken}`;
    const post = async (path: string, body: BodyInit, type = 'json') =>
      fetch(`${restoring.url}/api/backup${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': `application/${type}` },
        body,
      });
    const backup = await (await post('', '{}')).bytes();
    await admin.addCamera('Later');
    const upload = (await (await post('/uploads', backup, 'octet-stream')).json()) as { id: string };
    assert.equal((await post(`/uploads/${upload.id}/contents`, '{}')).status, 200);
    const agreed = JSON.stringify({ currentPassword: restoring.password });
    assert.equal((await post(`/uploads/${upload.id}/restore`, agreed)).status, 202);
    const isReady = /Vigie is ready/g;
    await until('it is up again', () => restoring.child.output.match(isReady)?.length === 2);
    assert.equal(restoring.child.process.pid, pid);
    await assert.rejects(admin.cameras(), /401/);
    const cameras = await (await restoring.admin()).cameras();
    assert.deepEqual(
      cameras.map((camera) => camera.id),
      [id],
    );
  } finally {
    await restoring.stop();
  }
});

test('a password reset beside the server ends the sign-ins of that user and is logged', async () => {
  const admin = await server.admin();
  const signaling = await admin.signaling();
  const [code, output] = await run(['--reset-password', 'admin', '--yes']);
  assert.equal(code, 0, output);
  const [, password = ''] = /New password: admin \/ (\S+)/.exec(output) ?? [];
  await until('the connection is closed', () => signaling.closeCode !== undefined);
  await assert.rejects(admin.cameras(), /401/);
  await until('it is logged', () => server.child.output.includes('password changed by command'));
  assert.equal(server.child.output.includes(password), false);
  const again = await ApiSession.signIn(server.url, 'admin', password);
  const [entry] = await again.request<AuditEntry[]>('GET', '/audit?kind=access');
  assert.deepEqual(
    [entry?.action, entry?.username, entry?.details],
    ['passwordReset', null, { user: 'admin' }],
  );
});

test('recordings without a database: refused, and taken in by --new-database', async () => {
  const folder = join(elsewhere, 'lost');
  mkdirSync(join(folder, 'recordings', 'cam_1', '2026-11-23'), { recursive: true });
  writeFileSync(join(folder, 'recordings', 'cam_1', '2026-11-23', '14-05-09.123.webm'), 'no picture');
  const [code, output] = await run([], { VIGIE_DATA_DIR: folder });
  assert.equal(code, 1);
  assert.match(output, /^[^\n]*recordings and no database[^\n]*--restore FILE[^\n]*--new-database[^\n]*\n$/);
  await using begun = new Child('server/main.ts', ['--new-database'], {
    cwd: elsewhere,
    env: { ...PORTS, VIGIE_DATA_DIR: folder },
  });
  const [, url = ''] = await begun.line(/Vigie is ready: (\S+)/);
  const [, password = ''] = await begun.line(/First administrator: admin \/ (\S+)/);
  const cameras = await (await ApiSession.signIn(url, 'admin', password)).cameras();
  assert.deepEqual(
    cameras.map(({ id, name }) => [id, name]),
    [['cam_1', 'Camera cam_1']],
  );
});

/** New devices and attacks at the real server: administrators are told, and the audit log has them. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Notices } from '../../server/wire/account.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import { ApiSession } from '../support/api-session.ts';
import { RawCamera } from '../support/ingest-rig.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const PHONE = 'Mozilla/5.0 (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0';

const server = await ServerProcess.start();
after(() => server.stop());

const noticed = (admin: ApiSession, name: string) =>
  until(`a notice ${name}`, async () => {
    const { notices } = await admin.request<Notices>('GET', '/notices');
    return notices.find((notice) => notice.name === name);
  });
const written = async (admin: ApiSession, query = ''): Promise<AuditEntry[]> =>
  admin.request<AuditEntry[]>('GET', `/audit${query}`);

test('a second device is told to pages that are open, and written', async () => {
  const admin = await server.admin();
  assert.deepEqual(await admin.request('GET', '/notices'), { notices: [] }, 'the first one is not');
  const signaling = await admin.signaling();
  const { ok } = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': PHONE },
    body: JSON.stringify({ username: 'admin', password: server.password }),
  });
  assert.ok(ok);
  const { text } = await noticed(admin, 'newDevice');
  assert.match(
    text ?? '',
    /^admin signed in on a new device: Firefox on Android.* set a new password for admin/,
  );
  await until('the page is told', () =>
    signaling.received.some((message) => message.type === 'notification' && message.method === 'notices'),
  );
  const [entry = assert.fail()] = await written(admin, '?kind=security');
  assert.deepEqual([entry.action, entry.username], ['newDevice', 'admin']);
  signaling.close();
});

test('a camera with a wrong key is told after its fifth attempt, with its name', async () => {
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  for (let attempt = 0; attempt < 5; attempt++) {
    const camera = new RawCamera(server.cameraUrl);
    await assert.rejects(camera.shakeHands(door.id, Buffer.alloc(32)));
    camera.socket.terminate();
  }
  const { text } = await noticed(admin, 'cameraKeysRefused');
  assert.match(text ?? '', /keeps connecting as Front door with a wrong key/);
  const [entry = assert.fail()] = await written(admin, `?kind=security&cameraId=${door.id}`);
  assert.deepEqual(
    [entry.action, entry.refused, entry.cameraName],
    ['cameraKeysRefused', true, 'Front door'],
  );
});

test('somebody who tries passwords is told, and a notice is gone when it is dismissed', async () => {
  const admin = await server.admin();
  for (let attempt = 0; attempt < 10; attempt++)
    await assert.rejects(ApiSession.signIn(server.url, 'admin', `guess ${attempt}`));
  await noticed(admin, 'signInsHeld');
  const signaling = await admin.signaling();
  await admin.request('DELETE', '/notices/signInsHeld');
  await until('other pages are told', () =>
    signaling.received.some(
      (message) =>
        message.type === 'notification' &&
        message.method === 'notices' &&
        !JSON.stringify(message).includes('signInsHeld'),
    ),
  );
  signaling.close();
  const { notices } = await admin.request<Notices>('GET', '/notices');
  assert.ok(!notices.some(({ name }) => name === 'signInsHeld'));
  const guesses = await written(admin, '?kind=signIn');
  assert.equal(guesses.filter(({ refused }) => refused).length, 1, 'one entry for all');
});

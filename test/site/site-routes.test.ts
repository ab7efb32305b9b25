import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineTimeZone } from '../../server/core/local-time.ts';
import type { SiteClockView, SiteTimeZone } from '../../server/wire/site.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

const ZONE = '/api/site/time-zone';

test('the site’s time zone is the machine’s, then the first administrator’s, then whatever is chosen', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const read = async () => (await admin.call<SiteTimeZone>('GET', ZONE)).body;
  assert.deepEqual(await read(), { timeZone: machineTimeZone(), chosen: false });
  const says = (timeZone: string) =>
    admin.call<SiteTimeZone>('PUT', ZONE, { body: { timeZone, unlessChosen: true } });
  assert.deepEqual((await says('Asia/Tokyo')).body, { timeZone: 'Asia/Tokyo', chosen: true });
  assert.deepEqual((await says('Europe/Paris')).body, { timeZone: 'Asia/Tokyo', chosen: true });
  await admin.call('PUT', ZONE, { body: { timeZone: 'Europe/Paris' } });
  assert.deepEqual(await read(), { timeZone: 'Europe/Paris', chosen: true });
  assert.equal((await admin.call('PUT', ZONE, { body: { timeZone: 'Europe/Vigie' } })).status, 422);
  assert.equal(server.store.site.timeZone(), 'Europe/Paris', 'and outlives the server');
});

test('who only watches reads the time zone, sets none, and is told nothing of the clock', async (context) => {
  const server = await startApi(context);
  const admin = await ApiClient.signedIn(server);
  const guest = { username: 'guest', password: 'a guest of this house', role: 'viewer', cameras: [] };
  await admin.call('POST', '/api/users', { body: guest });
  const viewer = await ApiClient.signedIn(server, guest.username, guest.password);
  assert.equal((await viewer.call('GET', ZONE)).status, 200);
  assert.equal((await viewer.call('PUT', ZONE, { body: { timeZone: 'UTC' } })).status, 403);
  assert.equal((await viewer.call('GET', '/api/site/clock')).status, 403);
  assert.deepEqual((await admin.call<SiteClockView>('GET', '/api/site/clock')).body, { problem: null });
});

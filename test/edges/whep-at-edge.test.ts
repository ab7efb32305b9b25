/** WHEP at an edge, which asks its site who may play; and the figures of an edge. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { SiteEdgesView } from '../../server/wire/site-edges.ts';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import type { ApiSession } from '../support/api-session.ts';
import { freePort } from '../support/coturn.ts';
import { Household, untilSiteAnswers } from '../support/household.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const OFFER = readFileSync(resolve(import.meta.dirname, '../fixtures/whep/chromium-offer.sdp'), 'utf8');
const PLAYER_SITE = 'https://player.example';

const send = (method: string, url: string, headers: Record<string, string>, body?: string) =>
  fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/sdp' }), ...headers },
    ...(body !== undefined && { body }),
  });

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

suite('WHEP at an edge', { timeout: 120_000 }, () => {
  let household: Household;
  let site: ServerProcess;
  let edge: ServerProcess;
  let admin: ApiSession;
  let door: CameraWithKey;
  let camera: ScriptedCamera;
  let metricsUrl: string;

  const keyFor = (cameras: object): Promise<MadeApiKey> =>
    admin.request('POST', '/keys', { name: 'player', ...cameras });
  const endpoint = () => `${edge.url}/api/cameras/${door.id}/whep`;
  async function play(secret: string): Promise<string> {
    const answer = await send('POST', endpoint(), bearer(secret), OFFER);
    assert.equal(answer.status, 201, await answer.clone().text());
    assert.match(await answer.text(), /^v=0/);
    return new URL(answer.headers.get('location') ?? '', edge.url).href;
  }
  async function metric(name: string): Promise<number> {
    const text = await (await fetch(metricsUrl)).text();
    const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? [];
    assert.ok(value !== undefined, `${name} in ${text}`);
    return Number(value);
  }
  const viewersThere = async () =>
    (await admin.request<SiteEdgesView>('GET', '/edges')).edges.map(({ viewers }) => viewers);

  before(async () => {
    household = await Household.start(['home'], { paris: 'home' });
    const port = String(await freePort());
    metricsUrl = `http://127.0.0.1:${port}/metrics`;
    [site, edge] = await Promise.all([
      household.site('home'),
      household.edge('paris', 'home', { VIGIE_METRICS_PORT: port, VIGIE_WHEP_ORIGINS: PLAYER_SITE }),
    ]);
    await untilSiteAnswers(edge);
    admin = await site.admin();
    door = await admin.addCamera('Door');
    camera = await ScriptedCamera.connect(site.cameraUrl, door);
    camera.play();
    await until('the site knows it', async () => (await viewersThere()).length === 1);
  });

  after(async () => {
    await camera[Symbol.asyncDispose]();
    await household.stop();
  });

  test('an API key plays, as a token or as a password, and its owner alone ends the session', async () => {
    const [{ secret }, other] = [
      await keyFor({ everyCamera: ['live'] }),
      await keyFor({ everyCamera: ['live'] }),
    ];
    const session = await play(secret);
    assert.equal(await metric('vigie_rtc_transports'), 1);
    assert.deepEqual(await viewersThere(), [1]);
    assert.equal((await send('DELETE', session, bearer(other.secret))).status, 404);
    assert.equal((await send('DELETE', session, bearer(secret))).status, 200);
    await until('it is over at the edge', async () => (await metric('vigie_rtc_transports')) === 0);
    await until('and at the site', async () => (await viewersThere())[0] === 0);
    const basic = Buffer.from(`player:${secret}`).toString('base64');
    assert.equal((await send('POST', endpoint(), { authorization: `Basic ${basic}` }, OFFER)).status, 201);
  });

  test('a caller whom the site does not let play is refused, and nothing is made', async () => {
    await until('nothing plays', async () => (await metric('vigie_rtc_transports')) <= 1);
    const transports = await metric('vigie_rtc_transports');
    const { secret } = await keyFor({ everyCamera: ['lookBack'] });
    const statuses = [];
    for (const headers of [{}, bearer('none'), bearer(secret), { authorization: 'Basic x' }])
      statuses.push((await send('POST', endpoint(), headers, OFFER)).status);
    assert.deepEqual(statuses, [401, 401, 404, 401]);
    const { secret: good } = await keyFor({ everyCamera: ['live'] });
    const elsewhere = await send(
      'POST',
      endpoint(),
      { ...bearer(good), origin: 'https://other.example' },
      OFFER,
    );
    assert.equal(elsewhere.status, 403);
    assert.equal((await send('POST', endpoint(), bearer(good), 'no offer')).status, 400);
    const preflight = await send('OPTIONS', endpoint(), { origin: PLAYER_SITE });
    assert.equal(preflight.headers.get('access-control-allow-origin'), PLAYER_SITE);
    assert.equal(await metric('vigie_rtc_transports'), transports);
    // Nothing of it reaches the site's own WHEP, which would tell the house's address.
    assert.equal((await send('GET', endpoint(), bearer(good))).status, 404);
    assert.equal((await admin.status()).sfu.transports, 0);
  });

  test('a session ends with its key, and when the camera is switched off', async () => {
    const [first, second] = [
      await keyFor({ everyCamera: ['live'] }),
      await keyFor({ everyCamera: ['live'] }),
    ];
    const transports = await metric('vigie_rtc_transports');
    for (const { secret } of [first, second]) await play(secret);
    assert.equal(await metric('vigie_rtc_transports'), transports + 2);
    await admin.request('DELETE', `/keys/${first.key.id}`);
    await until('its session is over', async () => (await metric('vigie_rtc_transports')) === transports + 1);
    await admin.request<SwitchView>('PUT', `/cameras/${door.id}/switch`, { off: true });
    await until('the others are too', async () => (await metric('vigie_rtc_transports')) === 0);
    const off = await send('POST', endpoint(), bearer(second.secret), OFFER);
    assert.deepEqual([off.status, off.headers.has('retry-after')], [409, true]);
    await admin.request<SwitchView>('PUT', `/cameras/${door.id}/switch`, { off: false });
  });

  test('the figures tell of the hop', async () => {
    assert.equal(await metric('vigie_hop_site_reached'), 1);
    assert.equal(await metric('vigie_hop_nats_connected'), 1);
    assert.equal(await metric('vigie_hop_nats_refused_total'), 0);
    assert.equal((await admin.status()).edges?.nats.refused, 0);
  });
});

/** A page of another site plays a camera by WHEP: Chromium with a plain RTCPeerConnection, and an API key. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { foreignSite, WhepPage, type PlayOptions } from '../support/whep-player.ts';

const site = await foreignSite();
const server = await ServerProcess.start({ env: { VIGIE_WHEP_ORIGINS: site.origin } });
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door);
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  site.close();
  await camera.stop();
  await server.stop();
});

const url = `${server.url}/api/cameras/${door.id}/whep`;
const newKey = (): Promise<MadeApiKey> =>
  admin.request('POST', '/keys', {
    name: 'Player',
    everyCamera: ['live'],
    cameras: [],
    powers: [],
    expiresAtMs: null,
  });

const untilMoves = async (page: WhepPage, what: string): Promise<void> => {
  const first = await until(`${what}: a picture is shown`, () => page.timeCode());
  await until(`${what}: it moves`, async () => {
    const code = await page.timeCode();
    return code !== undefined && code !== first;
  });
};
const transports = async (): Promise<number> => (await admin.status()).sfu.transports;
/** Counts down from what there is: a test that failed may have left another. */
async function endsBy(why: string, act: () => Promise<unknown>): Promise<void> {
  const before = await transports();
  await act();
  await until(why, async () => (await transports()) < before, 5_000);
}

const OFFERS: [name: string, options: Pick<PlayOptions, 'kinds' | 'direction' | 'bundlePolicy'>][] = [
  ['of video', { kinds: ['video'] }],
  ['of audio and video', { kinds: ['audio', 'video'] }],
  ['of audio and video over one transport', { kinds: ['audio', 'video'], bundlePolicy: 'max-bundle' }],
  ['that sends too', { kinds: ['video', 'audio'], direction: 'sendrecv' }],
  ['of two videos', { kinds: ['video', 'video'] }],
];
for (const [name, options] of OFFERS)
  test(`an offer ${name} shows moving video until it is deleted`, async () => {
    const { secret } = await newKey();
    const authorization = `Bearer ${secret}`;
    const page = await WhepPage.open(browser.browser, site.origin);
    const { status, answer } = await page.play({ url, authorization, ...options });
    assert.equal(status, 201, answer);
    await untilMoves(page, name);
    await endsBy('its transport is gone', async () => assert.equal(await page.end(authorization), 200));
    await page.close();
  });

test('an ICE restart keeps the video moving, by new credentials', async () => {
  const { secret } = await newKey();
  const authorization = `Bearer ${secret}`;
  const page = await WhepPage.open(browser.browser, site.origin);
  await page.play({ url, authorization, kinds: ['video'] });
  await untilMoves(page, 'before');
  const before = await page.localUfrag();
  assert.deepEqual(await page.restart(authorization), { status: 200, etagChanged: true });
  assert.notEqual(await page.localUfrag(), before);
  await until('it is connected', async () => (await page.connectionState()) === 'connected');
  await untilMoves(page, 'after');
  await endsBy('its transport is gone', () => page.end(authorization));
  await page.close();
});

test('a key that is revoked, and a camera that is switched off, end the video', async () => {
  const { key, secret } = await newKey();
  const page = await WhepPage.open(browser.browser, site.origin);
  await page.play({ url, authorization: `Bearer ${secret}`, kinds: ['video'] });
  await untilMoves(page, 'with the key');
  await endsBy('the revoked key plays no more', () => admin.request('DELETE', `/keys/${key.id}`));
  const other = await newKey();
  const authorization = `Bearer ${other.secret}`;
  await page.play({ url, authorization, kinds: ['video'] });
  await untilMoves(page, 'with another key');
  await endsBy('the camera that is off plays no more', () =>
    admin.request('PUT', `/cameras/${door.id}/switch`, { off: true }),
  );
  const refused = await page.play({ url, authorization, kinds: ['video'] });
  assert.equal(refused.status, 409, refused.answer);
  await admin.request('PUT', `/cameras/${door.id}/switch`, { off: false });
  await page.close();
});

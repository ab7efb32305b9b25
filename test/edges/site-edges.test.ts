/** A site with two edges, as processes: the list of them, one that is dropped, recordings, and a second server of its name. */

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import type { SiteEdgesView } from '../../server/wire/site-edges.ts';
import { ApiError, ApiSession } from '../support/api-session.ts';
import { Household, untilSiteAnswers } from '../support/household.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { openVisit } from '../support/visit.ts';

const PASSWORD = 'correct horse battery staple';
const TIMEOUT = { timeout: 120_000 };

const anna = (at: ServerProcess): Promise<ApiSession> => ApiSession.signIn(at.url, 'anna', PASSWORD);

suite('a site and its edges', TIMEOUT, () => {
  let household: Household;
  let site: ServerProcess;
  let paris: ServerProcess;
  let oslo: ServerProcess;
  let admin: ApiSession;
  let door: CameraWithKey;
  let camera: ScriptedCamera;

  const view = (): Promise<SiteEdgesView> => admin.request('GET', '/edges');
  const edge = async (name: string) => (await view()).edges.find((each) => each.name === name);
  const setDropped = (name: string, dropped: boolean): Promise<SiteEdgesView> =>
    admin.request('PUT', `/edges/${name}`, { dropped });

  async function watch(at: ServerProcess) {
    const { session } = await anna(at);
    return openVisit(Number(new URL(at.url).port), session.accessToken, [door.id]);
  }

  before(async () => {
    household = await Household.start(['home'], { paris: 'home', oslo: 'home' });
    [site, paris, oslo] = await Promise.all([
      household.site('home'),
      household.edge('paris', 'home'),
      household.edge('oslo', 'home'),
    ]);
    admin = await site.admin();
    door = await admin.addCamera('Door');
    camera = await ScriptedCamera.connect(site.cameraUrl, door);
    camera.play();
    await admin.addViewer('anna', PASSWORD, [door.id]);
    await untilSiteAnswers(paris, oslo);
  });

  after(async () => {
    await camera[Symbol.asyncDispose]();
    await household.stop();
  });

  test('the site lists its edges, and what is watched there', async () => {
    await until('both are known', async () => (await view()).edges.length === 2);
    const { site: name, state } = await view();
    assert.deepEqual([name, state], ['home', 'shown']);
    const visit = await watch(paris);
    await visit.viewer.nextRtp();
    await until('it is counted', async () => (await edge('paris'))?.cameras === 1);
    const { status, viewers, requests } = (await edge('paris')) ?? {};
    assert.deepEqual([status, viewers, requests], ['connected', 1, 1]);
    assert.deepEqual([(await edge('oslo'))?.cameras, (await edge('oslo'))?.viewers], [0, 0]);
    visit.close();
    await until('it is over', async () => (await edge('paris'))?.viewers === 0);
  });

  test('an edge that is dropped shows nothing, and the others go on; admitted again, it comes back', async () => {
    const [atParis, atOslo] = [await watch(paris), await watch(oslo)];
    for (const { viewer } of [atParis, atOslo]) await viewer.nextRtp();
    const dropped = await setDropped('paris', true);
    assert.equal(dropped.edges.find(({ name }) => name === 'paris')?.status, 'dropped');
    await until('its pages are told', () => atParis.isOver);
    await until('it asks for nothing', async () => (await edge('paris'))?.cameras === 0);
    const refused = await fetch(`${paris.url}/api/cameras`);
    assert.equal(refused.status, 503);
    assert.match(((await refused.json()) as { detail: string }).detail, /has dropped this edge/);
    await paris.child.line(/site refused this edge: an administrator has dropped it there/);
    for (let packets = 0; packets < 20; packets++) await atOslo.viewer.nextRtp();
    assert.equal(atOslo.isOver, false);

    await site.kill();
    await site.start();
    admin = await site.admin();
    await until('it is dropped after a restart too', async () => (await edge('paris'))?.status === 'dropped');
    await assert.rejects(setDropped('nowhere', true), ApiError);
    await setDropped('paris', false);
    await untilSiteAnswers(paris);
    const entries = await admin.request<AuditEntry[]>('GET', '/audit');
    assert.deepEqual(
      entries.filter(({ action }) => action === 'edgeDropped').map(({ details }) => details),
      [
        { edge: 'paris', dropped: false },
        { edge: 'paris', dropped: true },
      ],
    );
    for (const visit of [atParis, atOslo]) visit.close();
    await camera[Symbol.asyncDispose]();
    camera = await ScriptedCamera.connect(site.cameraUrl, door);
    camera.play();
  });

  test('a recording is looked at and downloaded through an edge, in parts and whole', async () => {
    const beganMs = Date.now();
    await admin.request('PUT', `/cameras/${door.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
    await untilSiteAnswers(oslo);
    const viewer = await anna(oslo);
    const range = (): string => `from=${beganMs - 1_000}&to=${Date.now()}`;
    const segment = await until('it is recorded', async () => {
      const { segments } = await viewer.request<Timeline>('GET', `/cameras/${door.id}/timeline?${range()}`);
      return segments.find(({ startMs, endMs }) => endMs - startMs > 1_000);
    });
    await admin.request('PUT', `/cameras/${door.id}/recording`, { ...DEFAULT_RECORDING, mode: 'off' });
    const path = `/api/cameras/${door.id}/recordings/${segment.id}.webm`;
    const headers = { Authorization: `Bearer ${viewer.session.accessToken}` };
    await until('it is complete', async () => {
      const { segments } = await viewer.request<Timeline>('GET', `/cameras/${door.id}/timeline?${range()}`);
      return segments.every(({ open }) => !open);
    });
    const atHome = await fetch(`${site.url}${path}`, { headers });
    const whole = Buffer.from(await atHome.arrayBuffer());
    assert.deepEqual(
      Buffer.from(await (await fetch(`${oslo.url}${path}`, { headers })).arrayBuffer()),
      whole,
    );
    const part = await fetch(`${oslo.url}${path}`, { headers: { ...headers, Range: 'bytes=100-299' } });
    assert.deepEqual(
      [part.status, part.headers.get('content-range')],
      [206, `bytes 100-299/${whole.length}`],
    );
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(100, 300));
    const span = `from=${segment.startMs}&to=${segment.endMs}`;
    const film = await viewer.bytes(`/cameras/${door.id}/export.webm?${span}`);
    assert.deepEqual([...film.subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3]);
  });

  test('a second server of the site’s name stands back, and says so', async () => {
    const second = await household.site('home');
    const there = await second.admin();
    const state = async () => (await there.request<SiteEdgesView>('GET', '/edges')).state;
    await until('it is refused', async () => (await state()) === 'nameTaken');
    await second.child.line(/site name refused: another server has it/);
    assert.equal((await view()).state, 'shown');
    assert.equal((await (await anna(oslo)).cameras()).length, 1, 'edges show the first');
    await second.stop();
  });
});

/** A camera that is switched off, on a real server: no picture of it goes anywhere, by whichever way it is asked for. */

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { DEFAULT_MOTION } from '../../server/events/motion-watch.ts';
import type { CameraView, CameraWithKey } from '../../server/wire/camera.ts';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import type { ApiSession } from '../support/api-session.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import type { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

const WEEK = [0, 1, 2, 3, 4, 5, 6];

suite('a camera that is switched off', () => {
  let server: ServerProcess;
  let admin: ApiSession;
  let signaling: SignalingSocket;
  let camera: ScriptedCamera;
  let door: CameraWithKey;
  let id: string;

  before(async () => {
    server = await ServerProcess.start();
    admin = await server.admin();
    signaling = await admin.signaling();
    door = await admin.addCamera('Door');
    ({ id } = door);
    camera = await ScriptedCamera.connect(server.cameraUrl, door);
    camera.play();
    await until('it is online', async () => (await view()).status === 'online');
  });

  after(async () => {
    signaling.close();
    await camera[Symbol.asyncDispose]();
    await server.stop();
  });

  async function view(): Promise<CameraView> {
    return (await admin.cameras()).find((each) => each.id === id) ?? assert.fail('no such camera');
  }

  const switchOff = (off: boolean) => admin.request<SwitchView>('PUT', `/cameras/${id}/switch`, { off });
  const snapshot = () => admin.bytes(`/cameras/${id}/snapshot.jpg`);
  const events = async () =>
    (await admin.request<EventView[]>('GET', `/cameras/${id}/events`)).filter(({ kind }) => kind === 'off');

  test('ends what viewers watch, and is refused to them, by every way', async () => {
    const { watchId } = await signaling.request('watchFrames', { cameraId: id });
    await until('pictures come', () => signaling.pictures.length > 0);
    const { accessToken } = admin.session;
    const moving = await fetch(`${server.url}/api/cameras/${id}/mjpeg`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const ended = moving.arrayBuffer();
    assert.ok((await snapshot()).length > 0);

    const { off } = await switchOff(true);
    assert.deepEqual([off?.by, off?.username, off?.untilMs, off?.all], ['user', 'admin', null, false]);
    const { status, sinceMs, off: shown } = await view();
    assert.deepEqual([status, shown], ['off', off]);
    assert.ok(Math.abs((sinceMs ?? 0) - (off?.sinceMs ?? 1e9)) <= 20);
    await until('the watch has ended', () =>
      signaling.received.some(
        (message) =>
          message.type === 'notification' &&
          message.method === 'framesEnded' &&
          message.data.watchId === watchId,
      ),
    );
    assert.ok((await ended).byteLength > 0, 'the stream ends');
    const pictures = signaling.pictures.length;
    await assert.rejects(snapshot(), /503 cameraOff/);
    await assert.rejects(admin.bytes(`/cameras/${id}/snapshot.jpg?width=160`), /503 cameraOff/);
    await assert.rejects(admin.bytes(`/cameras/${id}/mjpeg`), /503 cameraOff/);
    await assert.rejects(signaling.request('watchFrames', { cameraId: id }), /cameraOff/);
    const { id: transportId } = await signaling.request('createWebRtcTransport', {});
    await assert.rejects(signaling.request('consume', { transportId, cameraId: id }), /cameraOff/);
    assert.ok(
      signaling.received.some(
        (message) =>
          message.type === 'notification' &&
          message.method === 'cameraStatus' &&
          message.data.cameraId === id &&
          message.data.status === 'off',
      ),
    );
    // The camera still sends.
    const { sent } = camera;
    await until('it has sent more', () => camera.sent > sent + 10);
    assert.equal(signaling.pictures.length, pictures);
  });

  test('is an event as long as it lasts, and no absence', async () => {
    const [event] = await events();
    assert.deepEqual(
      [event?.source, event?.sourceName, event?.endedAtMs, event?.thumbnail],
      ['switch', 'admin', null, false],
    );
  });

  test('is still off after a restart, without a single picture', async () => {
    await server.kill();
    await server.start();
    admin = await server.admin();
    signaling = await admin.signaling();
    await camera[Symbol.asyncDispose]();
    camera = await ScriptedCamera.connect(server.cameraUrl, door);
    camera.play();
    await until('it has sent pictures', () => camera.sent > 5);
    const { status, off } = await view();
    assert.deepEqual([status, off?.username], ['off', 'admin']);
    await assert.rejects(snapshot(), /503 cameraOff/);
    assert.equal((await events()).length, 1, 'the event goes on');
    assert.equal((await events())[0]?.endedAtMs, null);
  });

  test('is live again once it is on, with a new picture and no earlier one', async () => {
    const onMs = Date.now();
    assert.equal((await switchOff(false)).off, null);
    const { status, lastFrameAtMs } = await until('it is online', async () => {
      const shown = await view();
      return shown.status === 'online' && (shown.lastFrameAtMs ?? 0) >= onMs - 50 && shown;
    });
    assert.equal(status, 'online');
    assert.ok((lastFrameAtMs ?? 0) >= onMs - 50);
    await until('there is a picture', () => snapshot().catch(() => undefined));
    await until('the event has ended', async () => (await events())[0]?.endedAtMs);
  });

  test('is not recorded, and the timeline says why', async () => {
    await admin.request('PUT', `/cameras/${id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
    const timeline = () =>
      admin.request<Timeline>(
        'GET',
        `/cameras/${id}/timeline?from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`,
      );
    await until('a second is recorded', async () =>
      (await timeline()).segments.some(({ startMs, endMs }) => endMs - startMs > 1_000),
    );
    const offMs = Date.now();
    await switchOff(true);
    const gap = await until('there is a gap', async () =>
      (await timeline()).gaps.find(({ reason, endMs }) => reason === 'switchedOff' && endMs === null),
    );
    assert.ok(Math.abs(gap.startMs - offMs) < 1_000);
    await until('nothing is written', async () => (await timeline()).segments.every(({ open }) => !open));
    const endMs = Math.max(...(await timeline()).segments.map((segment) => segment.endMs));
    assert.ok(endMs <= gap.startMs + 50, `${endMs - gap.startMs} ms after`);
    await switchOff(false);
    await until('it is recorded again', async () => (await timeline()).segments.some(({ open }) => open));
    const { gaps } = await timeline();
    assert.deepEqual(
      gaps.filter(({ reason }) => reason === 'switchedOff').map((each) => each.endMs === null),
      [false],
    );
    await admin.request('PUT', `/cameras/${id}/recording`, DEFAULT_RECORDING);
  });

  test('reports no motion, and refuses its sensors', async () => {
    await admin.request('PUT', `/cameras/${id}/motion`, { ...DEFAULT_MOTION, enabled: true });
    const { token } = await admin.request<{ token: string }>('POST', `/cameras/${id}/sensors`, {
      name: 'PIR',
    });
    await switchOff(true);
    const answer = await fetch(`${server.url}/api/cameras/${id}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'motion' }),
    });
    assert.equal(answer.status, 503);
    const motion = await admin.request<EventView[]>('GET', `/cameras/${id}/events?kind=motion`);
    assert.deepEqual(
      motion.filter(({ endedAtMs }) => endedAtMs === null),
      [],
    );
    await switchOff(false);
  });

  test('is off in its hours by itself, and with all cameras', async () => {
    const hours = (offHours: object[]) =>
      admin.request<SwitchView>('PUT', `/cameras/${id}/switch/hours`, { offHours });
    const { off } = await hours([{ days: WEEK, from: '00:00', to: '24:00' }]);
    assert.deepEqual([off?.by, off?.username], ['schedule', null]);
    await assert.rejects(switchOff(false), /409 conflict: the off hours are the whole week/);
    await hours([]);
    assert.equal((await view()).off, undefined);

    assert.equal((await admin.request<SwitchView>('PUT', '/switch', { off: true })).off?.all, true);
    assert.deepEqual([(await view()).status, (await view()).off?.all], ['off', true]);
    await assert.rejects(switchOff(false), /409 conflict: all cameras are switched off/);
    const later = await admin.addCamera('Added while all are off');
    assert.equal(later.status, 'off');
    await admin.request('PUT', '/switch', { off: false });
    await until('it is online', async () => (await view()).status === 'online');
  });
});

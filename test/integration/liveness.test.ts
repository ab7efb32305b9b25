/** Liveness of cameras in the API, the signaling and the recordings of a real server. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { CameraView } from '../../server/wire/camera.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import type { SignalingNotifications } from '../../server/wire/signaling.ts';
import { readWebm } from '../support/read-webm.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { openVisit } from '../support/visit.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const signaling = await admin.signaling();
after(async () => {
  signaling.close();
  await server.stop();
});

async function view(id: string): Promise<CameraView> {
  return (await admin.cameras()).find((camera) => camera.id === id) ?? assert.fail('no such camera');
}

/** Status notifications of a camera, oldest first. */
function told(id: string): SignalingNotifications['cameraStatus'][] {
  return signaling.received.flatMap((message) =>
    message.type === 'notification' && message.method === 'cameraStatus' && message.data.cameraId === id
      ? [message.data]
      : [],
  );
}

/** The mapping of server time to dates follows the drift of the wall clock, by up to 1 ms a second. */
const isAbout = (aMs: number | null | undefined, bMs: number | null | undefined): boolean =>
  Math.abs((aMs ?? -Infinity) - (bMs ?? Infinity)) <= 20;

const is = (id: string, status: CameraView['status']): Promise<CameraView> =>
  until(`it is ${status}`, async () => {
    const camera = await view(id);
    return camera.status === status && camera;
  });

test('a camera is never, stalled, online and offline, and signaling and API say the same', async () => {
  const door = await admin.addCamera('Door');
  assert.deepEqual([door.status, door.sinceMs, door.lastFrameAtMs], ['never', null, null]);
  const camera = await ScriptedCamera.connect(server.cameraUrl, door);
  const empty = await is(door.id, 'stalled');
  assert.equal(empty.lastFrameAtMs, null);
  camera.play();
  await is(door.id, 'online');
  camera.pause();
  const stalled = await is(door.id, 'stalled');
  assert.equal(stalled.sinceMs, stalled.lastFrameAtMs);
  camera.play();
  await is(door.id, 'online');
  camera.close();
  const { id, status, sinceMs, lastFrameAtMs, staleAfterMs } = await is(door.id, 'offline');
  assert.ok((sinceMs ?? 0) >= (lastFrameAtMs ?? Infinity));
  await until('all was told', () => told(id).length >= 6);
  assert.deepEqual(
    told(id).map((each) => each.status),
    ['online', 'stalled', 'online', 'stalled', 'online', 'offline'],
  );
  const last = told(id).at(-1);
  assert.deepEqual([last?.status, last?.staleAfterMs], [status, staleAfterMs]);
  assert.ok(isAbout(last?.sinceMs, sinceMs) && isAbout(last?.lastFrameAtMs, lastFrameAtMs));
});

test('a camera that declares its interval stays online between its pictures', async () => {
  const nest = await admin.addCamera('Nest');
  await using camera = await ScriptedCamera.connect(server.cameraUrl, nest, { frameIntervalMs: 3_600_000 });
  camera.send();
  const { staleAfterMs } = await is(nest.id, 'online');
  assert.equal(staleAfterMs, 3 * 3_600_000);
});

test('a viewer who requests keyframes all the time causes no outage and no repeated picture in the recording', async (t) => {
  const yard = await admin.addCamera('Yard');
  await admin.request('PUT', `/cameras/${yard.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
  await using camera = await ScriptedCamera.connect(server.cameraUrl, yard);
  camera.play();
  const visit = await openVisit(Number(new URL(server.url).port), admin.session.accessToken, [yard.id]);
  t.after(() => visit.close());
  const consumed = visit.signaling.received.find(
    (message) =>
      message.type === 'response' && message.ok && JSON.stringify(message.data).includes('captureClock'),
  );
  const { id: consumerId } = (consumed as { data: { id: string } }).data;
  const joins = setInterval(() => {
    visit.signaling.request('pauseConsumer', { consumerId }).catch(() => undefined);
    visit.signaling.request('resumeConsumer', { consumerId }).catch(() => undefined);
  }, 350);
  t.after(() => clearInterval(joins));
  const timeline = (): Promise<Timeline> =>
    admin.request(
      'GET',
      `/cameras/${yard.id}/timeline?from=${Date.now() - 600_000}&to=${Date.now() + 60_000}`,
    );
  await until('two seconds are recorded', async () =>
    (await timeline()).segments.some(({ startMs, endMs }) => endMs - startMs > 2_000),
  );
  camera.pause();
  const { sinceMs } = await is(yard.id, 'stalled');
  const { encoding } = await admin.status();
  assert.equal(encoding, 1, 'somebody watches');
  const lastMs = sinceMs ?? assert.fail('it never sent a picture');
  // On a busy machine there may be an earlier one.
  const outageIn = ({ gaps }: Timeline) => gaps.find(({ startMs }) => startMs >= lastMs - 20);
  await until('there is a gap', async () => outageIn(await timeline()));
  camera.play();
  await until('it goes on', async () =>
    (await timeline()).segments.some(({ endMs, startMs }) => startMs > lastMs && endMs > startMs),
  );
  await admin.request('PUT', `/cameras/${yard.id}/recording`, DEFAULT_RECORDING);
  const whole = await until('the segments are whole', async () => {
    const found = await timeline();
    return found.segments.every(({ open }) => !open) && found;
  });
  const { segments } = whole;
  const gap = outageIn(whole);
  assert.ok(gap, JSON.stringify({ lastMs, ...whole }));
  assert.ok(segments.some(({ endMs }) => isAbout(endMs, gap.startMs)));
  assert.ok(segments.some(({ startMs }) => isAbout(startMs, gap.endMs)));
  assert.ok(gap.startMs - lastMs <= 1_000, 'the segment lasts no longer than its last picture');
  for (const [index, { id }] of segments.entries()) {
    const path = join(server.folder, `${index}.webm`);
    await writeFile(path, await admin.bytes(`/cameras/${yard.id}/recordings/${id}.webm`));
    const times = (await readWebm(path)).packets.map(({ seconds }) => seconds);
    const apart = times.slice(1).map((seconds, at) => seconds - (times[at] ?? 0));
    assert.ok(Math.min(...apart) > 0.02, `pictures ${Math.min(...apart)} s apart`);
  }
});

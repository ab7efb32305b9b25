/** Recording onto a real disk that another program fills: below the floor, and to the last byte. */

import assert from 'node:assert/strict';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { RecordingStatus, Timeline } from '../../server/wire/recording.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

const MB = 1024 * 1024;
const FLOOR = 4 * MB;
const disk = SmallDisk.mount(24 * MB);
after(() => disk?.[Symbol.dispose]());

test('a full disk stops only the recording, with an alarm and a gap, and it resumes automatically', async (t) => {
  if (!disk) return t.skip('only root can make a small disk to fill');
  const server = await ServerProcess.start({
    env: {
      VIGIE_DATA_DIR: join(disk.path, 'data'),
      VIGIE_RECORDING_QUOTA: '100M',
      VIGIE_RECORDING_FREE_FLOOR: '4M',
    },
  });
  t.after(() => server.kill());
  const admin = await server.admin();
  const camera = await admin.addCamera('Door');
  const device = startCamera(server.cameraUrl, camera, FULL_RATE);
  t.after(() => device.stop());
  await admin.request('PUT', `/cameras/${camera.id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });

  const signaling = await admin.signaling();
  const told = (): RecordingStatus['alarm'][] =>
    signaling.received.flatMap((message) =>
      message.type === 'notification' && message.method === 'recordingStatus' ? [message.data.alarm] : [],
    );
  const timeline = (): Promise<Timeline> =>
    admin.request('GET', `/cameras/${camera.id}/timeline?from=${Date.now() - 600_000}&to=${Date.now()}`);
  const isRecorded = async (): Promise<boolean> =>
    (await timeline()).segments.some(({ open, startMs, endMs }) => open && endMs > startMs);
  const bytesRecorded = (): number =>
    globSync(join(disk.path, 'data/recordings/**/*.webm')).reduce(
      (sum, path) => sum + statSync(path).size,
      0,
    );

  await until('it is recorded', isRecorded);
  const transport = await signaling.request('createWebRtcTransport', {});
  const viewer = await NodeViewer.create({
    port: transport.iceCandidates[0]?.port ?? 0,
    iceParameters: transport.iceParameters,
    fingerprints: transport.dtlsParameters.fingerprints,
  });
  t.after(() => viewer.close());
  const { dtlsParameters } = viewer;
  await signaling.request('connectWebRtcTransport', { transportId: transport.id, dtlsParameters });
  await viewer.connect();
  const watched = { transportId: transport.id, cameraId: camera.id };
  const consumer = await until('the camera is watched', () => signaling.request('consume', watched));
  await signaling.request('resumeConsumer', { consumerId: consumer.id });
  await viewer.nextRtp();

  for (const [name, leaveBytes] of [
    ['below the floor', FLOOR / 2],
    ['to the last byte', 0],
  ] as const) {
    const before = told().length;
    disk.fill(leaveBytes);
    await until(`${name} there is an alarm`, () => told().length > before);
    assert.equal(told().at(-1), 'diskFull', name);
    assert.equal((await admin.request<RecordingStatus>('GET', '/recording')).alarm, 'diskFull');
    // The file ends properly, in the reserved space.
    await until(`${name} it stops`, async () => !(await isRecorded()));
    const stopped = bytesRecorded();
    // Pictures continue, long enough for the recorder to try again.
    for (let pictures = 0; pictures < 150; pictures++) await viewer.nextRtp();
    assert.ok(bytesRecorded() <= stopped, `${name} nothing more is written`);
    if (leaveBytes > 0) assert.ok(disk.freeBytes >= leaveBytes - 256 * 1024, 'the rest is left to others');
    assert.equal(await isRecorded(), false, name);

    disk.empty();
    await until(`${name}, then it is recorded again`, isRecorded);
    await until('the alarm is over', () => told().at(-1) === null);
    const gap = (await timeline()).gaps.at(-1);
    assert.equal(gap?.reason, 'diskFull', name);
    assert.ok(gap.endMs !== null && gap.endMs > gap.startMs);
  }
  signaling.close();
});

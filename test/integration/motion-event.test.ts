/**
 * Motion from end to end: the real street through the real ingest, decoder and detector, into the event log and onto
 * the disk.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { DEFAULT_MOTION } from '../../server/events/motion-watch.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const footage = process.env['VIGIE_FOOTAGE_DIR'];
const server = await ServerProcess.start();
after(() => server.stop());

test('people on a street are an event with its score and a recording, without any viewer', async (t) => {
  if (!footage) return t.skip('VIGIE_FOOTAGE_DIR is not set: ran without real footage');
  const admin = await server.admin();
  const camera = await admin.addCamera('Street');
  const device = startCamera(server.cameraUrl, camera, [
    '--footage',
    join(footage, 'pedestrians-vga.mjpeg'),
    '--fps',
    '10',
  ]);
  t.after(() => device.stop());
  await admin.request('PUT', `/cameras/${camera.id}/motion`, { ...DEFAULT_MOTION, enabled: true });
  await admin.request('PUT', `/cameras/${camera.id}/recording`, { ...DEFAULT_RECORDING, mode: 'events' });
  const event = await until('something has been noticed', async () => {
    const events = await admin.request<EventView[]>('GET', `/cameras/${camera.id}/events`);
    return events.find(({ source }) => source === 'motion');
  });
  await until('it is being recorded', async () => {
    const range = `from=${event.startedAtMs - 60_000}&to=${Date.now() + 60_000}`;
    const { segments } = await admin.request<Timeline>('GET', `/cameras/${camera.id}/timeline?${range}`);
    return segments.some(({ open }) => open);
  });
  assert.deepEqual([event.kind, event.zones], ['motion', []]);
  assert.ok(event.score !== null && event.score > 0);
  const picture = `/cameras/${camera.id}/events/${event.id}/thumbnail.jpg`;
  const jpeg = await until('there is a picture of it', () => admin.bytes(picture).catch(() => undefined));
  assert.deepEqual(inspectJpeg(jpeg), { width: 240, height: 180 });
  const clip = await until('there is a clip of it', () =>
    admin.bytes(`/cameras/${camera.id}/events/${event.id}/clip.webm`).catch(() => undefined),
  );
  assert.deepEqual(clip.subarray(0, 4), Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3), 'EBML');
});

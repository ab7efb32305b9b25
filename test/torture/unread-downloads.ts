/**
 * Users have recordings prepared for download and fetch nothing, on a disk that is full but for what is being recorded: no
 * recording may go for it.
 */

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { RecordedSegment, RecordingStatus, Timeline } from '../../server/wire/recording.ts';
import type { ExportView } from '../../server/wire/recording-export.ts';
import { ApiSession } from '../support/api-session.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

/** Exports may use half of it. */
const FLOOR_BYTES = 64e6;
/** For what is recorded, and written to the database, meanwhile; the downloads need more. */
const SPARE_BYTES = 12e6;
const BITRATE_BPS = 6_000_000;
const SEGMENTS = 3;
const SEGMENT_MS = 6_000;
const ASKED = 5;
const HELD_MS = 5_000;
const PASSWORD = 'a password of her own';

/** @returns what was lost, in words */
export async function leaveUnread(
  url: string,
  admin: ApiSession,
  cameraId: string,
  disk: SmallDisk,
): Promise<string> {
  const record = (mode: 'continuous' | 'off'): Promise<unknown> =>
    admin.request('PUT', `/cameras/${cameraId}/recording`, {
      ...DEFAULT_RECORDING,
      mode,
      bitrateBps: BITRATE_BPS,
    });
  const segments = async (): Promise<RecordedSegment[]> => {
    const range = `from=${Date.now() - 600_000}&to=${Date.now() + 60_000}`;
    return (await admin.request<Timeline>('GET', `/cameras/${cameraId}/timeline?${range}`)).segments;
  };
  for (let count = 1; count <= SEGMENTS; count++) {
    await record('continuous');
    await until('a segment is recorded', async () => {
      const last = (await segments()).at(-1);
      return (await segments()).length >= count && last && last.endMs - last.startMs > SEGMENT_MS;
    });
    if (count < SEGMENTS) await record('off');
  }
  const { usedBytes } = await admin.request<RecordingStatus>('GET', '/recording');
  disk.fill(FLOOR_BYTES + SPARE_BYTES);
  const before = await segments();
  const range = { fromMs: Math.floor(before[0]?.startMs ?? 0), toMs: Date.now() };
  let [prepared, refused] = [0, 0];
  for (const name of ['anna', 'ben']) {
    await admin.addViewer(name, PASSWORD, [cameraId]);
    const viewer = await ApiSession.signIn(url, name, PASSWORD);
    for (let count = 0; count < ASKED; count++)
      await viewer.request<ExportView>('POST', `/cameras/${cameraId}/exports`, range).then(
        () => prepared++,
        () => refused++,
      );
  }
  assert.ok(prepared >= 2 && refused > 0, `${prepared} prepared, ${refused} refused`);
  await delay(HELD_MS);
  const after = new Set((await segments()).map(({ id }) => id));
  const lost = before.filter(({ id }) => !after.has(id));
  assert.deepEqual(lost, [], 'recordings that made room for downloads');
  assert.ok(2 * usedBytes > SPARE_BYTES, `downloads of ${usedBytes} B each need no room of recordings`);
  const { alarm } = await admin.request<RecordingStatus>('GET', '/recording');
  assert.equal(alarm, null);
  return `${lost.length} of ${before.length} recordings lost; ${prepared} downloads prepared and not read, ${refused} refused`;
}

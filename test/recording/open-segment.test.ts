/** The segment that is being written, over HTTP: what is complete of it is served, and it goes on. */

import assert from 'node:assert/strict';
import { appendFile, open as openFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, test, type TestContext } from 'node:test';
import type { Timeline } from '../../server/wire/recording.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { moved } from '../support/recording-rig.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const FRAMES = encodedFrames({ count: 100 });
const BEGIN_MS = BEGIN_US / 1000;

/** An open segment with this many frames. */
async function setUp(context: TestContext, count: number) {
  const server = await startApi(context);
  const { id: cameraId } = await server.store.cameras.add('Door', 'v1', 0);
  const frames = moved(FRAMES, cameraId, 0);
  const [first] = frames;
  assert.ok(first);
  const recording = await server.library.begin(first, false);
  context.after(() => recording.close());
  for (const frame of frames.slice(0, count)) recording.add(frame);
  const admin = await ApiClient.signedIn(server);
  const path = `/api/cameras/${cameraId}/recordings/${recording.id}.webm`;
  const get = (query = '', headers: Record<string, string> = {}) =>
    fetch(server.url + path + query, {
      headers: { authorization: `Bearer ${admin.accessToken}`, ...headers },
    });
  const listed = async () => {
    const range = `from=${BEGIN_MS}&to=${BEGIN_MS + 60_000}`;
    return (await admin.call<Timeline>('GET', `/api/cameras/${cameraId}/timeline?${range}`)).body.segments;
  };
  const diskHas = async (bytes: number): Promise<unknown> => {
    const segment = server.library.find(recording.id) ?? assert.fail('it is gone');
    return until(
      'it is on the disk',
      async () => (await readFile(server.library.pathOf(segment))).length >= bytes,
    );
  };
  const more = (): void => {
    for (const frame of frames.slice(count)) recording.add(frame);
  };
  return { server, get, listed, diskHas, more, recording, frames };
}

const warnings: string[] = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
after(() =>
  assert.deepEqual(
    warnings.filter((warning) => warning.startsWith('MaxListeners')),
    [],
  ),
);

suite('the segment that is being written', () => {
  test('plays to its last whole picture when the disk failed under it', async (context) => {
    const { server, get, diskHas, more, recording } = await setUp(context, 60);
    await diskHas(FRAMES.slice(0, 58).reduce((sum, { data }) => sum + data.length, 0));
    const path = server.library.pathOf(server.library.find(recording.id) ?? assert.fail());
    const handle = await openFile(path);
    const prototype = Object.getPrototypeOf(handle) as Record<'write', () => Promise<never>>;
    context.mock.method(prototype, 'write', () =>
      Promise.reject(Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' })),
    );
    more();
    await recording.close();
    context.mock.restoreAll();
    await handle.close();
    // Half a block, as the disk left it.
    await appendFile(path, Buffer.from([0xa3, 0x82, 0x00, 0x81]));
    assert.equal(recording.error?.problem, 'diskError');
    const answer = await get();
    assert.match(answer.headers.get('etag') ?? '', new RegExp(`^"${recording.id}-\\d+"$`));
    const copy = join(temporaryFolder(context), 'cut-off.webm');
    await writeFile(copy, Buffer.from(await answer.arrayBuffer()));
    const { packets, durationSeconds } = await readWebm(copy);
    assert.ok(
      packets.length >= 55 && Math.abs(durationSeconds - packets.length / 25) < 1,
      `${durationSeconds} s`,
    );
  });

  test('plays as far as it has come, and asking for it again and again leaves one segment', async (context) => {
    const { get, listed, diskHas, more, recording } = await setUp(context, 60);
    await diskHas(FRAMES.slice(0, 58).reduce((sum, { data }) => sum + data.length, 0));
    const files: number[] = [];
    for (let time = 0; time < 10; time++) {
      const answer = await until('it is there', async () => {
        const response = await get();
        return response.status === 200 && response;
      });
      assert.equal(answer.headers.get('content-type'), 'video/webm');
      const path = join(temporaryFolder(context), 'open.webm');
      await writeFile(path, Buffer.from(await answer.arrayBuffer()));
      files.push((await readWebm(path)).packets.length);
      if (time === 4) more();
    }
    assert.ok((files[0] ?? 0) >= 55 && (files.at(-1) ?? 0) >= 95, files.join(' '));
    const segments = await listed();
    assert.deepEqual(
      segments.map(({ id, open }) => ({ id, open })),
      [{ id: recording.id, open: true }],
    );
  });

  test('its ranges are of one and the same file while it grows, and after its end', async (context) => {
    const { get, listed, diskHas, more, recording } = await setUp(context, 60);
    const [{ bytes } = { bytes: 0 }] = await until('it has begun', async () => {
      const segments = await listed();
      return (segments[0]?.bytes ?? 0) > 50_000 && segments;
    });
    await diskHas(bytes);
    const query = `?bytes=${bytes}`;
    const whole = await get(query);
    const etag = whole.headers.get('etag') ?? '';
    const expected = Buffer.from(await whole.arrayBuffer());
    assert.equal(Number(whole.headers.get('content-length')), expected.length);
    const parts: Buffer[] = [];
    for (let at = 0, step = 0; at < expected.length; at += 20_000, step++) {
      if (step === 1) more();
      if (step === 2) await recording.close();
      const part = await get(query, { range: `bytes=${at}-${at + 19_999}`, 'if-range': etag });
      assert.equal(part.status, 206);
      assert.match(
        part.headers.get('content-range') ?? '',
        new RegExp(`^bytes ${at}-\\d+/${expected.length}$`),
      );
      parts.push(Buffer.from(await part.arrayBuffer()));
    }
    assert.ok(parts.length > 3);
    assert.ok(Buffer.concat(parts).equals(expected));
  });

  test('a range of another version is answered with the whole, one beyond its end with 416, and the same with 304', async (context) => {
    const { get, diskHas } = await setUp(context, 60);
    await diskHas(50_000);
    const query = '?bytes=50000';
    assert.equal((await get(query, { range: 'bytes=0-9', 'if-range': '"another"' })).status, 200);
    assert.equal((await get(query, { range: 'bytes=60000-' })).status, 416);
    const etag = (await get(query)).headers.get('etag') ?? '';
    assert.equal((await get(query, { 'if-none-match': etag, 'cache-control': 'max-age=0' })).status, 304);
    const last = await get(query, { range: 'bytes=-10' });
    assert.deepEqual([last.status, (await last.arrayBuffer()).byteLength], [206, 10]);
    assert.equal((await get('?bytes=900000000')).status, 503, 'it would be of another file when it is there');
    assert.equal((await get('?bytes=0')).status, 400);
  });

  test('is not found once its file is gone, which is no fault of the server', async (context) => {
    const { get, diskHas, recording, server } = await setUp(context, 60);
    await diskHas(50_000);
    await rm(server.library.pathOf(server.library.find(recording.id) ?? assert.fail()));
    const answer = await get();
    assert.equal(answer.status, 404);
    assert.doesNotMatch(await answer.text(), /ENOENT/);
  });
});

/** Programs that are not ours get in by a key: curl and ffmpeg, over the real server with a real camera. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startCamera } from '../support/camera-process.ts';
import { installOnDebian } from '../support/debian-packages.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const TIMEOUT_MS = 60_000;

function run(command: string, args: readonly string[]): { code: number | null; out: Buffer; err: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { timeout: TIMEOUT_MS });
  return { code: status, out: stdout, err: stderr.toString() };
}

test('curl fetches a snapshot, and ffmpeg reads the stream, with the key as a password', async (context) => {
  if (!existsSync('/usr/bin/ffmpeg')) installOnDebian(['ffmpeg', 'curl']);
  if (!existsSync('/usr/bin/ffmpeg')) return context.skip('ffmpeg is not installed');
  await using server = await ServerProcess.start();
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  const camera = startCamera(server.cameraUrl, door);
  context.after(() => camera.stop());
  const made = await admin.request<{ secret: string; key: { id: string } }>('POST', '/keys', {
    name: 'Recorder',
    cameras: [{ cameraId: door.id, rights: ['live'] }],
  });
  const { secret } = made;
  const path = `${server.url}/api/cameras/${door.id}`;
  const user = ['--user', `anybody:${secret}`];
  await until(
    'there is a picture',
    () => run('curl', ['-sf', '-o', '/dev/null', ...user, `${path}/snapshot.jpg`]).code === 0,
  );

  const snapshot = run('curl', ['-sSf', ...user, `${path}/snapshot.jpg`]);
  assert.deepEqual([...snapshot.out.subarray(0, 2)], [0xff, 0xd8], snapshot.err);
  const listed = run('curl', ['-sSf', '-H', `Authorization: Bearer ${secret}`, `${server.url}/api/cameras`]);
  assert.match(listed.out.toString(), /"Front door"/);
  // As a program does that waits to be asked: curl --anyauth sends nothing before the challenge.
  const asked = run('curl', ['-sSf', '--anyauth', ...user, `${path}/snapshot.jpg`]);
  assert.deepEqual([...asked.out.subarray(0, 2)], [0xff, 0xd8], asked.err);
  assert.equal(run('curl', ['-sf', '--user', 'anybody:wrong', `${path}/snapshot.jpg`]).code, 22);

  const url = `${path}/mjpeg`.replace('://', `://anybody:${secret}@`);
  const read = ['-v', 'error', '-f', 'mpjpeg', '-i', url, '-frames:v', '5', '-f', 'framemd5', '-'];
  const { code, out, err } = run('ffmpeg', read);
  assert.equal(code, 0, err);
  assert.equal(out.toString().match(/^0,/gm)?.length, 5);

  await admin.request('DELETE', `/keys/${made.key.id}`);
  assert.equal(run('curl', ['-sf', ...user, `${path}/snapshot.jpg`]).code, 22);
});

/**
 * The example analyser finds real people in real pictures, through the real server: one event with a picture, not one
 * of each report.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import type { EventView } from '../../server/wire/event.ts';
import { startCamera } from '../support/camera-process.ts';
import { footageFile } from '../support/footage.ts';
import { pythonWith } from '../support/python-tool.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../examples/analyser');
const PATIENCE_MS = 120_000;

test('the example analyser makes events of people who walk by', async (context) => {
  const footage = footageFile();
  if (footage === undefined) return context.skip('there are no pictures of people on this machine');
  const packages = readFileSync(resolve(EXAMPLE, 'requirements.txt'), 'utf8').trim().split('\n');
  const python = await pythonWith('analyser', packages);
  if ('lack' in python) return context.skip(python.lack);

  await using server = await ServerProcess.start();
  const admin = await server.admin();
  const camera = await admin.addCamera('Path');
  const device = startCamera(server.cameraUrl, camera, ['--footage', footage, '--fps', '5']);
  context.after(() => device.stop());
  const { secret } = await admin.request<MadeApiKey>('POST', '/keys', {
    name: 'People',
    cameras: [{ cameraId: camera.id, rights: ['live', 'analyse'] }],
  });
  const analyser = spawn(python.path, [resolve(EXAMPLE, 'analyser.py'), server.url, camera.id], {
    env: { PATH: process.env['PATH'], VIGIE_KEY: secret, OPENCV_FOR_THREADS_NUM: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  analyser.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  context.after(async () => {
    analyser.kill();
    if (analyser.exitCode === null && analyser.signalCode === null) await once(analyser, 'exit');
  });

  const events = (): Promise<EventView[]> =>
    admin.request('GET', `/cameras/${camera.id}/events?kind=detection&label=person`);
  const [event] = await until(
    'a person is detected, with a picture, and has gone again',
    async () => {
      assert.equal(analyser.exitCode, null, said);
      const ended = (await events()).filter(({ thumbnail, endedAtMs }) => thumbnail && endedAtMs !== null);
      return ended.length > 0 && ended;
    },
    PATIENCE_MS,
  );
  assert.ok(event);
  assert.equal(event.sourceName, 'People');
  assert.ok((event.score ?? 0) >= 0.5);
  assert.deepEqual(await admin.request('GET', '/detection-labels'), ['person']);
});

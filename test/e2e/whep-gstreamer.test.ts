/** GStreamer plays a camera by WHEP, with the program that the README names. */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const PLAYER = resolve(import.meta.dirname, '../../examples/gstreamer/play-whep.py');
/** The one of the system, which has its bindings. */
const PYTHON = '/usr/bin/python3';
const FRAMES = 5;
const run = promisify(execFile);

test('GStreamer shows moving pictures, and ends its session', { skip: lackOf() }, async (context) => {
  const server = await ServerProcess.start();
  context.after(() => server.stop());
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  const camera = startCamera(server.cameraUrl, door);
  context.after(() => camera.stop());
  const { secret } = await admin.request<MadeApiKey>('POST', '/keys', {
    name: 'GStreamer',
    everyCamera: ['live'],
    cameras: [],
    powers: [],
    expiresAtMs: null,
  });
  const play = (id: string, key: string) =>
    run(PYTHON, [PLAYER, server.url, id, '--frames', String(FRAMES), '--sink', 'fakesink'], {
      env: { PATH: '/usr/bin:/bin', VIGIE_KEY: key },
      timeout: 30_000,
    });
  const { stdout } = await play(door.id, secret);
  assert.match(stdout, new RegExp(`^${FRAMES} pictures of \\d{3,}x\\d{3,}$`, 'm'));
  await until('its transport is gone', async () => (await admin.status()).sfu.transports === 0, 5_000);
  await assert.rejects(play('cam_missing', secret), /the server refused: 404/);
});

/** @returns what is missing; false: nothing */
function lackOf(): string | false {
  const check = `import gi; gi.require_version("GstWebRTC", "1.0"); from gi.repository import Gst, GstWebRTC; Gst.init(None)
exit(not all(map(Gst.ElementFactory.find, ("webrtcbin", "nicesrc", "rtpvp8depay", "vp8dec", "dtlsdec"))))`;
  if (spawnSync(PYTHON, ['-c', check]).status === 0) return false;
  return 'GStreamer is missing: apt install python3-gst-1.0 gstreamer1.0-plugins-bad gstreamer1.0-plugins-good gstreamer1.0-nice';
}

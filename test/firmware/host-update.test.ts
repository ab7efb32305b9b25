/**
 * Updates over the air with the firmware's own core on the host: the real server behind a TLS proxy, a real image with a real
 * program in it, and a boot loader that tries it.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { UpdateView } from '../../server/wire/firmware.ts';
import { appImage } from '../support/app-image.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TlsFront } from '../support/tls-front.ts';
import { until } from '../support/until.ts';
import { buildFirmware, VIGIE_CAMERA_NEXT } from '../support/build-firmware.ts';
import { HostCamera, Workshop } from '../support/host-camera.ts';

const NEXT_VERSION = '99.0.0';
const HEAD_BYTES = 288;

buildFirmware();
const folder = mkdtempSync(join(tmpdir(), 'vigie-update-'));
const workshop = new Workshop();
const footage = workshop.footage();
const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const front = await TlsFront.start(server.url);
const admin = await server.admin();
const [, running = ''] =
  /"(\d+\.\d+\.\d+)"/.exec(
    `"${readFileSync(join(import.meta.dirname, '../../firmware/port/esp/version.txt'), 'utf8').trim()}"`,
  ) ?? [];
const cameras: HostCamera[] = [];
after(async () => {
  for (const camera of cameras) await camera.stop();
  front.close();
  await server.stop();
  workshop[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * An image that starts this program. A sanitizer's build is larger than any slot, so what is downloaded, checked and started is
 * a script that becomes it, with enough behind it to be cut.
 */
function imageOf(program: string, version: string): Buffer {
  const script = `#!/bin/sh\nexec '${program}' "$@"\n`.padEnd(300_000, '#');
  const image = appImage({ version, bytes: HEAD_BYTES + script.length });
  image.write(script, HEAD_BYTES, 'latin1');
  return image;
}

interface Board {
  camera: CameraWithKey;
  device: HostCamera;
  /** What is in its slots. */
  slots: string;
}

let boards = 0;
async function board(options: readonly string[] = []): Promise<Board> {
  const camera = await admin.addCamera(`Board ${++boards}`);
  const slots = mkdtempSync(join(folder, 'slots-'));
  const words = ['--slots', slots, '--ca', front.certificate.path, ...options];
  const device = new HostCamera(
    front.cameraUrl,
    footage,
    words,
    Buffer.from(camera.key, 'base64url'),
    camera.id,
  );
  cameras.push(device);
  await untilRuns(camera.id, running);
  return { camera, device, slots };
}

function untilRuns(cameraId: string, version: string): Promise<unknown> {
  return until(
    `${cameraId} runs ${version}`,
    async () => (await admin.firmwareOf(cameraId)).firmware === version,
    30_000,
  );
}

async function untilState(cameraId: string, state: UpdateView['state']): Promise<UpdateView> {
  return until(
    `the update is ${state}`,
    async () => {
      const { update } = await admin.firmwareOf(cameraId);
      return update?.state === state && update;
    },
    30_000,
  );
}

async function untilStreams(cameraId: string): Promise<void> {
  const before = Date.now();
  await until('it streams', async () => {
    const camera = (await admin.cameras()).find(({ id }) => id === cameraId);
    return camera?.status === 'online' && (camera.lastFrameAtMs ?? 0) > before;
  });
}

test('an update runs through: fetched, started, marked good once its server has welcomed it, and kept', async () => {
  const { camera, device, slots } = await board();
  const image = await admin.uploadFirmware(imageOf(VIGIE_CAMERA_NEXT, NEXT_VERSION));
  await admin.stageUpdate(camera.id, { imageId: image.id });
  await untilState(camera.id, 'done');
  await untilRuns(camera.id, NEXT_VERSION);
  await device.says(/99\.0\.0 is good/);
  await untilStreams(camera.id);
  assert.match(readFileSync(join(slots, 'boot'), 'utf8'), /^active a\n$/);
  assert.equal(await device.stop(), 0, device.output);
});

const flip: TlsFront['meddle'] = (response, answer) => {
  answer.writeHead(200, response.headers);
  let first = true;
  response.on('data', (piece: Buffer) => {
    // Behind the head, so that only the hash can tell.
    if (!first) piece[0] = (piece[0] ?? 0) ^ 1;
    first = false;
    answer.write(piece);
  });
  response.on('end', () => answer.end());
  return true;
};
const cut: TlsFront['meddle'] = (response, answer) => {
  answer.writeHead(200, response.headers);
  response.once('data', (piece: Buffer) => answer.write(piece, () => answer.destroy()));
  return true;
};

test('an image with a wrong hash and one that is cut are refused, and the old version streams on', async () => {
  const { camera, slots } = await board();
  const { id: imageId } = await admin.uploadFirmware(imageOf(VIGIE_CAMERA_NEXT, NEXT_VERSION));
  for (const [meddle, reason] of [
    [flip, /hash is wrong/],
    [cut, /cut/],
  ] as const) {
    front.meddle = meddle;
    await admin.stageUpdate(camera.id, { imageId });
    const { reason: said } = await untilState(camera.id, 'failed');
    front.meddle = () => false;
    assert.match(said ?? '', reason);
    await untilStreams(camera.id);
    assert.equal((await admin.firmwareOf(camera.id)).firmware, running);
  }
  assert.throws(() => statSync(join(slots, 'boot')), /ENOENT/);
});

test('a new version that crashes is given up for the old one, which says so', async () => {
  const { camera, device } = await board();
  const { id: imageId } = await admin.uploadFirmware(imageOf('/bin/false', '50.0.0'));
  await admin.stageUpdate(camera.id, { imageId });
  const update = await untilState(camera.id, 'rolledBack');
  assert.equal(update.version, '50.0.0');
  await device.says(/50\.0\.0 did not make it/);
  await untilRuns(camera.id, running);
  await untilStreams(camera.id);
});

test('a new version that its server never welcomes is given up when its time is over', async () => {
  const { camera, device } = await board(['--trial-seconds', '3']);
  const { id: imageId } = await admin.uploadFirmware(imageOf(VIGIE_CAMERA_NEXT, NEXT_VERSION));
  await admin.stageUpdate(camera.id, { imageId });
  await device.says(/rebooting/);
  await server.kill();
  await device.says(/99\.0\.0 did not make it/);
  await server.start();
  await untilRuns(camera.id, running);
});

test('an older version is refused unless somebody insists', async () => {
  const again = await server.admin();
  const { camera, device } = await board();
  const { id: imageId } = await again.uploadFirmware(imageOf(VIGIE_CAMERA_NEXT, '0.0.1'));
  await assert.rejects(again.stageUpdate(camera.id, { imageId }), /409 conflict/);
  await again.stageUpdate(camera.id, { imageId, allowOlder: true });
  await device.says(/fetching version 0\.0\.1/);
  await device.says(/rebooting/);
});

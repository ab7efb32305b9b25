/** A complete update over the air: the real server behind a real TLS proxy, and a camera that checks the image. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CameraFirmwareView, UpdateView } from '../../server/wire/firmware.ts';
import { appImage, sha256Of } from '../support/app-image.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TlsFront } from '../support/tls-front.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const front = await TlsFront.start(server.url);
const admin = await server.admin();
const camera = await admin.addCamera('Front door');
const options = ['--firmware', '1.0.0', '--size', 'QVGA', '--fps', '5'];
const device = startCamera(front.cameraUrl, camera, options, front.certificate.path);
const signaling = await admin.signaling();
after(async () => {
  signaling.close();
  await device.stop();
  front.close();
  await server.stop();
});

async function untilRuns(version: string): Promise<CameraFirmwareView> {
  return until(`the camera runs ${version}`, async () => {
    const view = await admin.firmwareOf(camera.id);
    return view.firmware === version && view;
  });
}

async function untilState(state: UpdateView['state']): Promise<UpdateView> {
  return until(`the update is ${state}`, async () => {
    const { update } = await admin.firmwareOf(camera.id);
    return update?.state === state && update;
  });
}

/** The states that signaling sent to administrators, without repetitions. */
function toldStates(): string[] {
  return signaling.received
    .flatMap((message) =>
      message.type === 'notification' && message.method === 'cameraFirmware' && message.data.update
        ? [message.data.update.state as string]
        : [],
    )
    .filter((state, index, all) => state !== all[index - 1]);
}

test('a camera connected by wss: takes an update and restarts, and every step is reported', async () => {
  const { board, target, obstacle } = await untilRuns('1.0.0');
  assert.deepEqual([board, target, obstacle], ['virtual', 'host', null]);
  const file = appImage({ version: '1.1.0', bytes: 3_000_000 });
  const image = await admin.uploadFirmware(file);
  assert.equal(image.sha256, sha256Of(file));
  await admin.stageUpdate(camera.id, { imageId: image.id });
  const { fromVersion, receivedBytes } = await untilState('done');
  assert.deepEqual([fromVersion, receivedBytes], ['1.0.0', 3_000_000]);
  await untilRuns('1.1.0');
  assert.match(device.output, /updated to 1\.1\.0/);
  assert.deepEqual(toldStates(), ['staged', 'offered', 'downloading', 'restarting', 'done']);
});

const spoiled: [name: string, meddle: TlsFront['meddle'], reason: RegExp][] = [
  [
    'one byte is changed',
    (response, answer) => {
      answer.writeHead(200, response.headers);
      response.on('data', (piece: Buffer) => {
        piece[piece.length - 1] = (piece.at(-1) ?? 0) ^ 1;
        answer.write(piece);
      });
      response.on('end', () => answer.end());
      return true;
    },
    /hash is wrong/,
  ],
  [
    'the download breaks off',
    (response, answer) => {
      answer.writeHead(200, response.headers);
      response.once('data', (piece: Buffer) => answer.write(piece, () => answer.destroy()));
      return true;
    },
    /interrupted/,
  ],
  [
    'the download is redirected',
    (_response, answer) => {
      answer.writeHead(302, { location: 'https://example.org/firmware' }).end();
      return true;
    },
    /interrupted: fetch failed/,
  ],
];
for (const [name, meddle, reason] of spoiled) {
  test(`when ${name}, the camera keeps its version and reports why`, async () => {
    const image = await admin.uploadFirmware(appImage({ version: '1.2.0', bytes: 100_000 }));
    front.meddle = meddle;
    await admin.stageUpdate(camera.id, { imageId: image.id });
    const update = await untilState('failed');
    front.meddle = () => false;
    assert.match(update.reason ?? '', reason);
    assert.equal((await admin.firmwareOf(camera.id)).firmware, '1.1.0');
    assert.equal((await admin.cameras())[0]?.status, 'online');
  });
}

test('an older version is installed only when allowed explicitly', async () => {
  const { id: imageId } = await admin.uploadFirmware(appImage({ version: '0.9.0' }));
  await assert.rejects(admin.stageUpdate(camera.id, { imageId }), /409 conflict: .*not newer/);
  await admin.stageUpdate(camera.id, { imageId, allowOlder: true });
  await untilState('done');
  await untilRuns('0.9.0');
});

test('a camera that was offline at the staging gets the update when it connects, also after a restart of the server', async () => {
  const away = await admin.addCamera('Garden');
  const { id: imageId } = await admin.uploadFirmware(appImage({ version: '2.0.0' }));
  const staged = await admin.stageUpdate(away.id, { imageId });
  assert.deepEqual([staged.firmware, staged.update?.state], [null, 'staged']);
  await server.kill();
  await server.start();
  const garden = startCamera(front.cameraUrl, away, options, front.certificate.path);
  const again = await server.admin();
  await until('it runs 2.0.0', async () => (await again.firmwareOf(away.id)).firmware === '2.0.0');
  assert.equal((await again.firmwareOf(away.id)).update?.state, 'done');
  await garden.stop();
});

test('a camera connected by ws: is offered nothing, and the reason is shown', async () => {
  const again = await server.admin();
  const plain = await again.addCamera('Attic');
  const attic = startCamera(server.cameraUrl, plain, options);
  const { obstacle } = await until('it is there', async () => {
    const view = await again.firmwareOf(plain.id);
    return view.firmware !== null && view;
  });
  assert.match(obstacle ?? '', /connects by ws:/);
  const { id: imageId } = await again.uploadFirmware(appImage({ version: '2.0.0' }));
  await assert.rejects(again.stageUpdate(plain.id, { imageId }), /409 conflict: .*wss:/);
  await attic.stop();
});

/** The firmware's core and its host port, built with sanitizers, against the real ingest. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { until } from '../support/until.ts';
import { buildFirmware, FIRMWARE_BUILD, run } from '../support/build-firmware.ts';
import { CAMERA_ID, HostCamera, IngestServer, Workshop, type Certificate } from '../support/host-camera.ts';

suite('the firmware on the host', () => {
  const workshop = new Workshop();
  let camera: HostCamera | undefined;
  let server: IngestServer | undefined;

  async function serve(certificate?: Certificate): Promise<IngestServer> {
    server = new IngestServer(certificate);
    await server.start();
    return server;
  }

  /** Starts a camera, and checks that it ends without a leak or another sanitizer finding. */
  function start(...args: ConstructorParameters<typeof HostCamera>): HostCamera {
    camera = new HostCamera(...args);
    return camera;
  }

  before(() => buildFirmware());
  afterEach(async () => {
    const code = await camera?.stop();
    const output = camera?.output;
    camera = undefined;
    await server?.stop();
    server = undefined;
    if (output !== undefined) assert.equal(code, 0, output);
  });
  after(() => workshop[Symbol.dispose]());

  test("the firmware's own tests pass under the sanitizers", () => {
    assert.equal(run('ctest', ['--test-dir', FIRMWARE_BUILD, '--output-on-failure']), undefined);
  });

  test('a camera streams complete pictures and sends telemetry', async () => {
    const { url, ingest, frames } = await serve();
    start(url, workshop.footage());
    await until('40 frames have arrived', () => frames.length >= 40);
    assert.deepEqual([frames[0]?.width, frames[0]?.height], [64, 48]);
    assert.ok(frames.every((frame, i) => i === 0 || frame.captureUs > (frames[i - 1]?.captureUs ?? 0)));
    assert.deepEqual(ingest?.counters.dropped, { damaged: 0, tooLarge: 0, tooFast: 0 });
    const telemetry = await until('it has said how it is', () => ingest?.status(CAMERA_ID).telemetry);
    assert.equal(telemetry.resetReason, 'power-on');
  });

  test('real pictures of an OV2640 arrive undamaged', async (t) => {
    const folder = process.env['VIGIE_FOOTAGE_DIR'];
    if (!folder) return t.skip('VIGIE_FOOTAGE_DIR is not set: ran without real footage');
    const ingestServer = await serve();
    start(ingestServer.url, join(folder, 'ov2640'));
    await ingestServer.receives(25);
    assert.deepEqual(ingestServer.ingest?.counters.dropped, { damaged: 0, tooLarge: 0, tooFast: 0 });
    assert.equal(ingestServer.frames[0]?.width, 640);
  });

  test('commands are answered, and the telemetry after a reboot shows it', async () => {
    const ingestServer = await serve();
    const { url, ingest } = ingestServer;
    assert.ok(ingest);
    start(url, workshop.footage());
    await ingestServer.receives(5);
    await ingest.set(CAMERA_ID, { maxFps: 60 });
    await assert.rejects(
      ingest.set(CAMERA_ID, { flash: 20 }),
      (error) => error instanceof VigieError && /footage plays as it was recorded/.test(error.message),
    );
    await ingest.reboot(CAMERA_ID);
    await until(
      'it reconnected',
      () => ingest.status(CAMERA_ID).telemetry?.resetReason === 'software' && ingest.counters.welcomed === 2,
    );
  });

  test('the camera reconnects and streams after each of three server exits, orderly or not', async () => {
    const ingestServer = await serve();
    start(ingestServer.url, workshop.footage());
    for (const politely of [true, false, true]) {
      await ingestServer.receives(10);
      await ingestServer.stop(politely);
      await ingestServer.start();
    }
    await ingestServer.receives(10);
    assert.equal(camera?.output.match(/online/g)?.length, 4);
  });

  test('with wss and the pinned certificate it streams', async () => {
    const certificate = workshop.certificate('localhost');
    const ingestServer = await serve(certificate);
    start(ingestServer.url, workshop.footage(), ['--ca', certificate.path]);
    await ingestServer.receives(25);
  });

  test('an untrusted certificate is refused, and so is one for another name', async () => {
    const mine = workshop.certificate('localhost');
    const others = workshop.certificate('other.example');
    const first = await serve(mine);
    await start(first.url, workshop.footage()).says(/certificate is not good: self-signed/);
    await camera?.stop();
    await first.stop();
    const second = await serve(others);
    await start(second.url, workshop.footage(), ['--ca', others.path]).says(
      /certificate is not good: hostname/i,
    );
    assert.equal(first.frames.length + second.frames.length, 0);
  });

  test('a wrong key is logged, and no picture is sent', async () => {
    const ingestServer = await serve();
    start(ingestServer.url, workshop.footage(), [], randomBytes(32));
    await camera?.says(/unknown camera or wrong key; trying again/);
    assert.equal(ingestServer.frames.length, 0);
    assert.equal(ingestServer.ingest?.counters.closed.unauthorized, 1);
  });
});

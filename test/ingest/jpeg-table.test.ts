/**
 * The pictures of test/fixtures/jpeg-table.ts through everything that shows one: both doors, live video, recording,
 * thumbnail.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suite, test } from 'node:test';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { CodecError } from '../../server/ffmpeg/codec-error.ts';
import { checkPicture } from '../../server/ingest/picture-check.ts';
import { CameraCodec } from '../../server/video/camera-codec.ts';
import { scaleJpeg } from '../../server/video/jpeg-scaler.ts';
import { jpegTable, type TableJpeg } from '../fixtures/jpeg-table.ts';
import { IngestRig } from '../support/ingest-rig.ts';
import { LegacyRig } from '../support/legacy-rig.ts';
import { readWebm } from '../support/read-webm.ts';
import { RecordingRig, recordAll } from '../support/recording-rig.ts';
import { until } from '../support/until.ts';
import { lumaPsnr, Vp8Reader, type Picture } from '../support/vp8-reader.ts';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { encodePicture } from '../support/encode-picture.ts';

Log.setLevel(AV_LOG_QUIET);

const TABLE = jpegTable();
const SHOWN = TABLE.filter(({ fate }) => fate === 'shown');
/** Least similarity of two pictures, dB; infinite for the same picture. */
const LEAST_DB = 60;
const CASES = resolve(import.meta.dirname, '..', '..', '..', 'shared', 'cases', 'jpeg');
const NO_CASES = 'ran without the collected pictures';

function ingested(bytes: Uint8Array): Buffer {
  const checked = checkPicture(bytes, () => false);
  assert.ok(checked.verdict === 'good', checked.verdict === 'refused' ? checked.detail : '');
  const { jpeg } = checked.picture;
  return Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length);
}

function encoded(jpeg: Buffer): Buffer {
  const codec = new CameraCodec();
  try {
    const request = { bitrateBps: 4_000_000, captureUs: 0, keyframe: true, luma: false };
    return Buffer.from(encodePicture(codec, request, jpeg).data);
  } finally {
    codec.close();
  }
}

function decoded(vp8: Uint8Array): Picture {
  using reader = new Vp8Reader();
  return reader.read(vp8);
}

const contents = ({ frames }: IngestRig | LegacyRig): string[] =>
  frames.map(({ jpeg }) => Buffer.from(jpeg).toString('base64'));

suite(`${TABLE.length} JPEGs of the field`, () => {
  for (const { name, bytes, fate, clean, width, height } of SHOWN) {
    test(`${fate}: ${name}`, () => {
      const jpeg = ingested(bytes);
      assert.deepEqual(inspectJpeg(jpeg), { width, height });
      assert.ok(!jpeg.includes('Exif') && !jpeg.includes('xap'), 'nothing says how to turn it');
      assert.ok(jpeg.includes(Buffer.from('ffc4', 'hex')), 'it has its tables');
      const live = lumaPsnr(decoded(encoded(jpeg)), decoded(encoded(clean)));
      assert.ok(live >= LEAST_DB, `live video: ${live} dB`);
      const thumbnail = decoded(encoded(scaleJpeg(jpeg, 160).data));
      const small = lumaPsnr(thumbnail, decoded(encoded(scaleJpeg(clean, 160).data)));
      assert.ok(small >= LEAST_DB, `thumbnail: ${small} dB`);
    });
  }

  for (const { name, bytes, fate } of TABLE.filter((one) => one.fate !== 'shown')) {
    test(`${fate}: ${name}`, () => {
      const checked = checkPicture(bytes, () => false);
      if (checked.verdict === 'refused') return assert.equal(checked.kind, fate);
      assert.equal(fate, 'undecodable');
      const jpeg = Buffer.from(checked.picture.jpeg);
      assert.throws(() => encoded(jpeg), CodecError);
      assert.throws(() => scaleJpeg(jpeg, 160), CodecError);
      const codec = new CameraCodec();
      assert.throws(() => codec.readLuma(jpeg), CodecError, 'a reduced decode refuses the same');
      codec.close();
    });
  }

  test('both protocols pass the same bytes on, and drop the same frames', async () => {
    await using rig = await IngestRig.start();
    using legacy = await LegacyRig.start();
    const camera = await rig.online('cam_1');
    const socket = await legacy.online();
    const passed = TABLE.filter(({ fate }) => fate === 'shown' || fate === 'undecodable');
    for (const { bytes, width, height } of TABLE) {
      camera.sendFrame({ width, height }, bytes);
      socket.send(bytes);
    }
    await until('all arrived', () => {
      const { damaged = 0, tooLarge = 0 } = legacy.listeners.counters.get('seed-8880')?.dropped ?? {};
      return legacy.frames.length + damaged + tooLarge === TABLE.length;
    });
    while ((await camera.next('ack')).sequence < TABLE.length - 1);
    assert.deepEqual(contents(rig), contents(legacy));
    assert.deepEqual(
      contents(rig),
      passed.map(({ bytes }) => ingested(bytes).toString('base64')),
    );
    assert.deepEqual(rig.ingest.counters.dropped, legacy.listeners.counters.get('seed-8880')?.dropped);
    assert.deepEqual(rig.ingest.counters.mended, legacy.listeners.counters.get('seed-8880')?.mended);
    assert.equal(rig.ingest.status('cam_1').online, true, 'none of them costs the connection');
    assert.equal(legacy.listeners.status('seed-8880').online, true);
  });

  test('recordings hold what live video shows', async (t) => {
    const rig = await RecordingRig.make(t);
    const library = await rig.open();
    const [first = assert.fail()] = SHOWN;
    const frames = SHOWN.filter(({ width, height }) => width === first.width && height === first.height).map(
      (one, index) => frameOf(one, index),
    );
    const id = await recordAll(library, frames);
    const [file = assert.fail('no file')] = await rig.files();
    const { packets, width, height } = await readWebm(join(rig.folder, file));
    assert.ok(id);
    assert.deepEqual([width, height], [first.width, first.height]);
    assert.equal(packets.length, frames.length);
    const reference = decoded(encoded(first.clean));
    for (const { data } of packets) assert.ok(lumaPsnr(decoded(data), reference) >= LEAST_DB);
  });
});

suite('pictures that showed faults', () => {
  const fates = {
    '10-zeros-after-eoi.jpg': 'shown',
    '14-two-images.jpg': 'shown',
    '30-no-dht.jpg': 'shown',
    '609-2592x1944.jpg': 'shown',
    '81-truncated-eoi.jpg': 'refused',
    '84-64-bytes-overwritten.jpg': 'refused',
  } as const;
  for (const [file, fate] of Object.entries(fates)) {
    test(`${file} is ${fate}`, (context) => {
      const path = join(CASES, file);
      if (!existsSync(path)) return context.diagnostic(NO_CASES);
      const jpeg = ingested(readFileSync(path));
      if (fate === 'refused') return assert.throws(() => encoded(jpeg), CodecError);
      const size = inspectJpeg(jpeg);
      assert.ok(typeof size !== 'string');
      const { width, height } = decoded(encoded(jpeg));
      assert.deepEqual({ width, height }, size);
    });
  }
});

function frameOf({ bytes, width, height }: TableJpeg, index: number): EncodedFrame {
  const us = 1_700_000_000_000_000 + index * 100_000;
  return {
    cameraId: 'cam_1',
    rung: 'full',
    layer: undefined,
    data: encoded(ingested(bytes)),
    keyframe: true,
    width,
    height,
    timestamp90k: index * 9_000,
    captureUs: us,
    receivedUs: us,
    repeated: false,
    decodeStartUs: us,
    decodedUs: us,
    encodedUs: us,
  };
}

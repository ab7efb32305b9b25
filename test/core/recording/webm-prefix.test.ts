import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CLUSTER, CUES, readElement, readUnsigned } from '../../../server/core/recording/webm-elements.ts';
import { webmPrefix, type ReadBytes, type WebmPrefix } from '../../../server/core/recording/webm-prefix.ts';
import { WebmFile } from '../../../server/recording/webm-file.ts';
import { encodedFrames } from '../../support/encoded-frames.ts';
import { readWebm } from '../../support/read-webm.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FRAMES = encodedFrames({ count: 100 });

/** The bytes of a file with `count` frames, while it is being written, and when it has ended with all of them. */
async function written(context: TestContext, count: number): Promise<{ open: Buffer; ended: Buffer }> {
  const path = join(temporaryFolder(context), 'segment.webm');
  const [first] = FRAMES;
  assert.ok(first);
  const file = await WebmFile.create(path, first, { admit: () => Promise.resolve(true) });
  for (const frame of FRAMES.slice(0, count)) file.add(frame);
  await file.flushed();
  const open = readFileSync(path);
  for (const frame of FRAMES.slice(count)) file.add(frame);
  await file.close();
  return { open, ended: readFileSync(path) };
}

const reader =
  (file: Uint8Array): ReadBytes =>
  (at, length) =>
    Promise.resolve(file.subarray(at, at + length));

function assembled(file: Uint8Array, { bytes, fileBytes, patches, cues }: WebmPrefix): Buffer {
  const whole = Buffer.concat([file.subarray(0, fileBytes), cues]);
  for (const patch of patches) whole.set(patch.bytes, patch.at);
  assert.equal(whole.length, bytes);
  return whole;
}

async function play(context: TestContext, file: Uint8Array) {
  const path = join(temporaryFolder(context), 'prefix.webm');
  writeFileSync(path, file);
  return readWebm(path);
}

test('the complete part of a file that is being written plays, with its length and its cues', async (context) => {
  const { open } = await written(context, 80);
  const prefix = (await webmPrefix(reader(open), open.length)) ?? assert.fail('nothing');
  const { packets, durationSeconds, width } = await play(context, assembled(open, prefix));
  assert.ok(packets.length >= 79, `${packets.length} frames`);
  assert.deepEqual(
    packets.map(({ data }) => data.length),
    FRAMES.slice(0, packets.length).map(({ data }) => data.length),
  );
  assert.equal(width, 320);
  assert.ok(Math.abs(durationSeconds - (packets.length - 1) / 25) < 0.05, `${durationSeconds} s`);
  assert.ok(prefix.cues.length > 30);
});

const CUE_POINT = 0xbb;
const CUE_TIME = 0xb3;
const CUE_TRACK_POSITIONS = 0xb7;
const CUE_CLUSTER_POSITION = 0xf1;

/** The values of the elements with this id in the cues. */
function valuesIn(cues: Uint8Array, id: number): number[] {
  const view = new DataView(cues.buffer, cues.byteOffset, cues.byteLength);
  const values: number[] = [];
  let at = 0;
  for (let element = readElement(view, at); element; element = readElement(view, at)) {
    const isContainer = [CUES, CUE_POINT, CUE_TRACK_POSITIONS].includes(element.id);
    const end = element.dataAt + element.bytes;
    if (element.id === id) values.push(readUnsigned(cues.subarray(element.dataAt, end)));
    at = isContainer ? element.dataAt : end;
  }
  return values;
}

test('its cues name each cluster by its time and where it begins', async (context) => {
  const { open } = await written(context, 80);
  const prefix = (await webmPrefix(reader(open), open.length)) ?? assert.fail('nothing');
  const file = assembled(open, prefix);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const header = readElement(view, 0) ?? assert.fail('no header');
  const segment = readElement(view, header.dataAt + header.bytes) ?? assert.fail('no segment');
  const clusters = valuesIn(prefix.cues, CUE_CLUSTER_POSITION).map((position) => {
    const cluster = readElement(view, segment.dataAt + position) ?? assert.fail('no element');
    const time = readElement(view, cluster.dataAt) ?? assert.fail('no time');
    return [cluster.id, readUnsigned(file.subarray(time.dataAt, time.dataAt + time.bytes))];
  });
  const timesMs = valuesIn(prefix.cues, CUE_TIME);
  assert.ok(timesMs.length > 1 && (timesMs.at(-1) ?? 0) > 0);
  assert.deepEqual(
    clusters,
    timesMs.map((timeMs) => [CLUSTER, timeMs]),
  );
});

test('it is the same to the byte when the file has grown, and when it has ended', async (context) => {
  const { open, ended } = await written(context, 80);
  for (const upTo of [open.length, open.length - 5_000, 60_000]) {
    const before = (await webmPrefix(reader(open), upTo)) ?? assert.fail('nothing');
    const after = (await webmPrefix(reader(ended), upTo)) ?? assert.fail('nothing');
    assert.ok(assembled(open, before).equals(assembled(ended, after)), `up to ${upTo}`);
  }
});

test('the prefix of a file that has ended is all of it', async (context) => {
  const { ended } = await written(context, 80);
  const prefix = (await webmPrefix(reader(ended), ended.length)) ?? assert.fail('nothing');
  assert.equal((await play(context, assembled(ended, prefix))).packets.length, FRAMES.length);
});

test('wherever it is cut, whole frames are there, and none before the first is complete', async (context) => {
  const { open } = await written(context, 80);
  let before = 0;
  for (let upTo = 0; upTo <= open.length; upTo += 2_311) {
    const prefix = await webmPrefix(reader(open), upTo);
    const count = prefix ? (await play(context, assembled(open, prefix))).packets.length : 0;
    assert.ok(count >= before, `${count} frames up to ${upTo}`);
    before = count;
  }
  assert.ok(before > 70);
  assert.equal(await webmPrefix(reader(open), 300), undefined);
});

test('another kind of file, or none, is nothing', async () => {
  for (const file of [Buffer.alloc(0), Buffer.from('<!doctype html>'), Buffer.alloc(4_096, 0xff)])
    assert.equal(await webmPrefix(reader(file), file.length), undefined);
});

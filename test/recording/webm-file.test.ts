import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { recoverFrames } from '../../server/core/recording/webm-recovery.ts';
import { repairWebm } from '../../server/recording/repair-webm.ts';
import { WebmFile, type WebmFileOptions } from '../../server/recording/webm-file.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';

const FRAMES = encodedFrames({ count: 150 });
const [FIRST] = FRAMES as [EncodedFrame];
const always = (): Promise<boolean> => Promise.resolve(true);

async function record(
  path: string,
  frames: readonly EncodedFrame[],
  options: Partial<WebmFileOptions> = {},
): Promise<WebmFile> {
  const file = await WebmFile.create(path, FIRST, { admit: always, ...options });
  for (const frame of frames) file.add(frame);
  await file.close();
  return file;
}

async function whole(t: TestContext): Promise<{ path: string; bytes: Buffer }> {
  const path = join(temporaryFolder(t), 'a.webm');
  await record(path, FRAMES);
  return { path, bytes: await readFile(path) };
}

/** The Duration of the Segment, as players read it (RFC 9559 section 5.1.2.10). */
function declaredMs(file: Buffer): number {
  const at = file.indexOf(Buffer.from('448988', 'hex'));
  return file.readDoubleBE(at + 3);
}

suite('a recording’s file', () => {
  test('has every frame as it was encoded, at its time to the millisecond, with size, duration and cues', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    const file = await record(path, FRAMES);
    assert.equal(file.error, undefined);
    const { codec, width, height, durationSeconds, packets } = await readWebm(path);
    assert.deepEqual([codec, width, height, packets.length], ['vp8', 320, 240, FRAMES.length]);
    packets.forEach(({ seconds, keyframe, data }, index) => {
      const frame = FRAMES[index];
      assert.ok(frame && Buffer.compare(data, frame.data) === 0);
      assert.equal(keyframe, frame.keyframe);
      assert.ok(Math.abs(seconds - (frame.captureUs - BEGIN_US) / 1e6) <= 0.001);
    });
    assert.ok(Math.abs(durationSeconds - 149 / 25) < 0.05);
    assert.ok((await readFile(path)).includes(Buffer.from('1c53bb6b', 'hex')), 'no cues');
    assert.equal((await stat(path)).size, file.bytes);
    assert.equal(file.endMs, Math.floor((FRAMES.at(-1)?.captureUs ?? 0) / 1000));
  });

  test('is only its owner’s to read', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    await record(path, FRAMES.slice(0, 3));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('has a frame on the way to the disk as soon as it is added', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    const file = await WebmFile.create(path, FIRST, { admit: always });
    t.after(() => file.close());
    for (const [index, frame] of FRAMES.slice(0, 30).entries()) {
      file.add(frame);
      await until(
        `frame ${index} is there`,
        async () => recoverFrames(await readFile(path)).length === index + 1,
      );
    }
  });

  test('uses no byte it has not asked for, and ends as it should when it gets no more', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    let room = 40_000;
    const file = await record(path, FRAMES, {
      admit: (bytes) => Promise.resolve(room >= bytes && ((room -= bytes), true)),
    });
    assert.equal(file.error?.problem, 'noRoom');
    assert.ok((await stat(path)).size <= 40_000);
    const { packets, durationSeconds } = await readWebm(path);
    assert.ok(packets.length > 5 && durationSeconds > 0);
  });

  test('ends when the disk is too slow, with what is in it until then', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    const disk = Promise.withResolvers<boolean>();
    const file = await WebmFile.create(path, FIRST, { admit: () => disk.promise, maxQueuedBytes: 20_000 });
    for (const frame of FRAMES) file.add(frame);
    assert.equal(file.error?.problem, 'slowDisk');
    disk.resolve(true);
    await file.close();
  });

  test('is as long as its last frame lasts, though it has no other', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    const file = await WebmFile.create(path, FIRST, { admit: always });
    file.add(FIRST);
    file.lastsUntil(BEGIN_US / 1000 + 10_000);
    await file.close();
    file.lastsUntil(BEGIN_US / 1000 + 99_000);
    assert.equal(file.endMs, BEGIN_US / 1000 + 10_000);
    assert.equal(declaredMs(await readFile(path)), 10_000);
    assert.equal((await readWebm(path)).packets.length, 1);
  });

  test('frames that came in the same millisecond stay two', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    await record(
      path,
      FRAMES.slice(0, 3).map((frame, index) => ({ ...frame, captureUs: BEGIN_US + index })),
    );
    assert.deepEqual(
      (await readWebm(path)).packets.map(({ seconds }) => seconds),
      [0, 0.001, 0.002],
    );
  });
});

suite('a file that was cut off', () => {
  test('anywhere gives every frame before the cut, and plays again once it is repaired', async (t) => {
    const { path, bytes } = await whole(t);
    const { random, label } = seededRandom();
    for (let round = 0; round < 12; round++) {
      const cut = Math.floor(random() * bytes.length);
      await writeFile(path, bytes.subarray(0, cut));
      const saved = recoverFrames(bytes.subarray(0, cut)).length;
      const repaired = await repairWebm(path, BEGIN_US / 1000);
      assert.equal(repaired !== undefined, saved > 0, `${label}, cut at ${cut}`);
      if (!repaired) continue;
      const { packets, width } = await readWebm(path);
      assert.deepEqual([packets.length, width, repaired.width], [saved, 320, 320], `${label}, cut at ${cut}`);
      assert.ok(
        packets.every(
          ({ data }, index) => Buffer.compare(data, FRAMES[index]?.data ?? Buffer.alloc(0)) === 0,
        ),
      );
      assert.equal((await stat(path)).size, repaired.bytes);
    }
  });

  test('loses no whole frame', async (t) => {
    const { bytes } = await whole(t);
    assert.equal(recoverFrames(bytes).length, FRAMES.length);
    const last = FRAMES.at(-1)?.data ?? Buffer.alloc(0);
    const end = bytes.indexOf(last) + last.length;
    assert.equal(recoverFrames(bytes.subarray(0, end)).length, FRAMES.length);
    assert.equal(recoverFrames(bytes.subarray(0, end - 1)).length, FRAMES.length - 1);
  });

  test('and ends in bytes that were never written, or in anything else, is read up to there', async (t) => {
    const { bytes } = await whole(t);
    const half = bytes.subarray(0, bytes.length / 2);
    const sound = recoverFrames(half).length;
    const { random, label } = seededRandom();
    const noise = Buffer.from(Array.from({ length: 5_000 }, () => Math.floor(random() * 256)));
    for (const rest of [Buffer.alloc(5_000), noise, bytes.subarray(1_000, 4_000)]) {
      const recovered = recoverFrames(Buffer.concat([half, rest]));
      assert.ok(recovered.length <= sound + 1, `${label}: ${recovered.length} of ${sound}`);
      assert.ok(recovered.length >= sound, label);
    }
  });

  test('nothing that is no WebM file is taken for one', () => {
    const { random, label } = seededRandom();
    for (let round = 0; round < 500; round++) {
      const noise = Uint8Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256));
      assert.deepEqual(recoverFrames(noise), [], label);
    }
  });

  test('with one frame in it lasts a second', async (t) => {
    const path = join(temporaryFolder(t), 'a.webm');
    await record(path, [FIRST]);
    const repaired = await repairWebm(path, BEGIN_US / 1000);
    assert.equal(repaired?.endMs, BEGIN_US / 1000 + 1_000);
    assert.equal(declaredMs(await readFile(path)), 1_000);
  });

  test('with no whole frame in it cannot be saved', async (t) => {
    const { path, bytes } = await whole(t);
    await writeFile(path, bytes.subarray(0, 300));
    assert.equal(await repairWebm(path, BEGIN_US / 1000), undefined);
  });
});

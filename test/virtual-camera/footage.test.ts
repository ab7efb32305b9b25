import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Footage } from '../../server/virtual-camera/footage.ts';
import { drawnJpeg, footagePath, NO_FOOTAGE } from '../support/sample-jpegs.ts';

suite('footage', () => {
  const [a, b, c] = [drawnJpeg(32, 24), drawnJpeg(48, 24), drawnJpeg(64, 24)];
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-footage-'));
  });

  after(() => rm(folder, { recursive: true }));

  test('a folder’s JPEGs play in the order of their names, in a loop', async () => {
    const path = await mkdtemp(join(folder, 'pictures-'));
    await Promise.all([
      writeFile(join(path, '2.JPG'), b),
      writeFile(join(path, '1.jpeg'), a),
      writeFile(join(path, 'README.md'), 'no picture'),
    ]);
    const footage = await Footage.load(path);
    assert.equal(footage.length, 2);
    assert.deepEqual(
      [0, 1, 2].map(() => footage.render().width),
      [32, 48, 32],
    );
  });

  test('a file of concatenated JPEGs is split into them', async () => {
    const path = join(folder, 'film.mjpeg');
    await writeFile(path, Buffer.concat([a, b, c]));
    const footage = await Footage.load(path);
    assert.deepEqual(
      [0, 1, 2].map(() => Buffer.from(footage.render().jpeg)),
      [a, b, c],
    );
  });

  test('it plays at any rate, and refuses other settings of the picture', async () => {
    const path = join(folder, 'film.mjpeg');
    await writeFile(path, a);
    const footage = await Footage.load(path);
    assert.equal(await footage.apply({ maxFps: 5 }), undefined);
    assert.match((await footage.apply({ frameSize: 'QVGA' })) ?? '', /as it was recorded/);
  });

  test('real footage plays', async (context) => {
    const path = footagePath('pedestrians-vga.mjpeg');
    const stills = footagePath('ov2640');
    if (path === undefined || stills === undefined) return context.diagnostic(NO_FOOTAGE);
    assert.equal((await Footage.load(path)).length, 300);
    assert.ok((await Footage.load(stills)).length > 10);
  });

  for (const [name, bytes, message] of [
    ['is empty', Buffer.alloc(0), /there is no picture in .*film/],
    [
      'ends in the middle of a picture',
      Buffer.concat([a, b.subarray(0, -5)]),
      /film.*no end-of-image marker, at byte \d+/,
    ],
    [
      'has something else between its pictures',
      Buffer.concat([a, Buffer.from('x'), b]),
      /film.*no start-of-image/,
    ],
    ['holds too large a picture', drawnJpeg(2594, 16), /film.*larger than a camera may send/],
  ] as const) {
    test(`a file that ${name} is reported with its problem`, async () => {
      const path = join(folder, 'film-bad.mjpeg');
      await writeFile(path, bytes);
      await assert.rejects(Footage.load(path), { message });
    });
  }

  test('an empty folder and a missing file are reported', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    await assert.rejects(Footage.load(empty), { message: /there is no picture in .*empty/ });
    await assert.rejects(Footage.load(join(folder, 'nowhere')), { message: /nowhere/ });
  });
});

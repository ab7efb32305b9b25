import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { FirmwareImages } from '../../server/firmware/firmware-images.ts';
import { createLog } from '../../server/log.ts';
import { openStores, type OpenStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { appImage, sha256Of } from '../support/app-image.ts';

const MAX_BYTES = 4 * 1024 * 1024;

interface Library {
  images: FirmwareImages;
  folder: string;
  store: OpenStores;
  /** Like the next start of the server. */
  reopen: () => FirmwareImages;
}

async function library(context: TestContext): Promise<Library> {
  const dataDir = temporaryFolder(context);
  const store = openStores(dataDir, createLog('silent'));
  context.after(() => store.close());
  const reopen = (): FirmwareImages =>
    new FirmwareImages(dataDir, store.firmware, createLog('silent'), () => 7);
  return { images: reopen(), folder: join(dataDir, 'firmware'), store, reopen };
}

/** In chunks, like from a network. */
async function* pieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('an image is stored byte for byte under its hash, with the description from its head', async (context) => {
  const { images, folder } = await library(context);
  const file = appImage({ version: '2.0.1', chip: 0, bytes: 123_457 });
  const { image, isNew } = await images.add(pieces(file), 'anna');
  assert.equal(isNew, true);
  const { id, ...facts } = image;
  assert.match(id, /^fw_[a-z0-9]{12}$/);
  assert.deepEqual(facts, {
    sha256: sha256Of(file),
    version: '2.0.1',
    target: 'esp32',
    bytes: file.length,
    createdAtMs: 7,
  });
  assert.deepEqual(readdirSync(folder), [`${sha256Of(file)}.bin`]);
  assert.deepEqual(readFileSync(images.pathOf(image)), file);
  assert.deepEqual(images.list(), [image]);
  assert.deepEqual(images.find(id), image);
});

for (const size of [1, 7, 287, 288, 289]) {
  test(`its head is read completely when it arrives in chunks of ${size}`, async (context) => {
    const { images } = await library(context);
    const { image } = await images.add(pieces(appImage({ version: '3.2.1', bytes: 700 }), size), 'anna');
    assert.equal(image.version, '3.2.1');
  });
}

test('the same file again is the same image, also when uploaded twice at once', async (context) => {
  const { images, folder } = await library(context);
  const file = appImage();
  const twice = await Promise.all([images.add(pieces(file), 'anna'), images.add(pieces(file), 'ben')]);
  const third = await images.add(pieces(file), 'anna');
  assert.deepEqual(new Set([...twice, third].map(({ image }) => image.id)).size, 1);
  assert.deepEqual([...twice, third].filter(({ isNew }) => isNew).length, 1);
  assert.equal(readdirSync(folder).length, 1);
});

test('the newest is listed first', async (context) => {
  const { images } = await library(context);
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await images.add(pieces(appImage({ version })), 'anna');
  assert.deepEqual(
    images.list().map(({ version }) => version),
    ['1.2.0', '1.1.0', '1.0.0'],
  );
});

suite('a refused upload leaves no files behind', () => {
  const refused: [name: string, source: () => AsyncIterable<Uint8Array>, error: object][] = [
    ['nothing', () => pieces(Buffer.alloc(0)), { code: 'unprocessable', message: /too short/ }],
    [
      'half a head',
      () => pieces(appImage().subarray(0, 200)),
      { code: 'unprocessable', message: /too short/ },
    ],
    [
      'another file',
      () => pieces(Buffer.alloc(5000, 65)),
      { code: 'unprocessable', message: /not a firmware image/ },
    ],
    ['another project', () => pieces(appImage({ project: 'x' })), { code: 'unprocessable', message: /“x”/ }],
    [
      'one byte too many',
      () => pieces(appImage({ bytes: MAX_BYTES + 1 }), 65_536),
      { code: 'tooLarge', message: /at most 4 MiB/ },
    ],
    [
      'an upload that breaks off',
      async function* () {
        yield appImage();
        throw new Error('aborted');
      },
      { message: 'aborted' },
    ],
  ];
  for (const [name, source, error] of refused) {
    test(name, async (context) => {
      const { images, folder } = await library(context);
      await assert.rejects(images.add(source(), 'anna'), error);
      assert.deepEqual(readdirSync(folder), []);
      assert.deepEqual(images.list(), []);
    });
  }

  test('a file that is not an image is refused at its beginning', async (context) => {
    const { images } = await library(context);
    let asked = 0;
    const source = async function* (): AsyncGenerator<Buffer> {
      for (; asked < 4000; asked++) yield Buffer.alloc(1000, 65);
    };
    await assert.rejects(images.add(source(), 'anna'), { code: 'unprocessable' });
    assert.equal(asked, 0);
  });
});

test('an image of exactly the largest size is accepted', async (context) => {
  const { images } = await library(context);
  assert.equal(
    (await images.add(pieces(appImage({ bytes: MAX_BYTES }), 65_536), 'anna')).image.bytes,
    MAX_BYTES,
  );
});

test('one user uploads one image at a time, and another may meanwhile', async (context) => {
  const { images } = await library(context);
  const gate = Promise.withResolvers<void>();
  const slow = async function* (version: string): AsyncGenerator<Buffer> {
    await gate.promise;
    yield appImage({ version });
  };
  const under = [images.add(slow('1.0.0'), 'anna'), images.add(slow('1.0.1'), 'ben')];
  await assert.rejects(images.add(pieces(appImage()), 'anna'), { code: 'tooManyRequests' });
  gate.resolve();
  await Promise.all(under);
  assert.equal((await images.add(pieces(appImage()), 'anna')).isNew, true);
});

test('the number of stored images is limited', async (context) => {
  const { images } = await library(context);
  for (let patch = 0; patch < 32; patch++)
    await images.add(pieces(appImage({ version: `1.0.${patch}`, bytes: 288 })), 'anna');
  await assert.rejects(images.add(pieces(appImage()), 'anna'), {
    code: 'conflict',
    message: /delete one first/,
  });
});

test('removing an image removes its file', async (context) => {
  const { images, folder } = await library(context);
  const { image } = await images.add(pieces(appImage()), 'anna');
  await images.remove(image.id);
  assert.deepEqual([readdirSync(folder), images.list()], [[], []]);
  assert.throws(() => images.find(image.id), { code: 'notFound' });
  await assert.rejects(images.remove(image.id), { code: 'notFound' });
});

test('leftovers of a power cut are deleted at the next start, and nothing else', async (context) => {
  const { images, folder, store, reopen } = await library(context);
  const add = async (version: string) => (await images.add(pieces(appImage({ version })), 'anna')).image;
  const kept = await add('1.0.0');
  const gone = await add('1.0.1');
  const cut = await add('1.0.2');
  rmSync(images.pathOf(gone));
  truncateSync(images.pathOf(cut), 100);
  writeFileSync(join(folder, 'upload-1'), 'half');
  writeFileSync(join(folder, `${'0'.repeat(64)}.bin`), 'not listed');
  mkdirSync(join(folder, 'nobody knows'));
  const next = reopen();
  await store.idle;
  assert.deepEqual(next.list(), [kept]);
  assert.deepEqual(readdirSync(folder), [`${kept.sha256}.bin`]);
  assert.equal(sha256Of(readFileSync(next.pathOf(kept))), kept.sha256);
});

test('an unusable folder is reported at the start', async (context) => {
  const { folder, reopen } = await library(context);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file in its place');
  assert.throws(reopen, { code: 'configuration', message: /firmware cannot be used/ });
});

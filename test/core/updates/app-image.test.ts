import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { readAppImageHead } from '../../../server/core/updates/app-image.ts';
import { appImage, ESP32_CHIP, ESP32S3_CHIP, HOST_CHIP } from '../../support/app-image.ts';

const SIZE = 1_000_000;
const FIXTURE = join(import.meta.dirname, '../../fixtures/app-image-head.json');
const SHARED = JSON.parse(readFileSync(FIXTURE, 'utf8')) as {
  valid: { target: string; version: string; hex: string }[];
  malformed: { reason: string; hex: string }[];
};

for (const [chip, target] of [
  [ESP32_CHIP, 'esp32'],
  [ESP32S3_CHIP, 'esp32s3'],
  [HOST_CHIP, 'host'],
] as const) {
  test(`the head of an image yields ${target} and its version`, () => {
    const head = appImage({ chip, version: '10.0.3-rc1' }).subarray(0, 288);
    assert.deepEqual(readAppImageHead(head, SIZE), { target, version: '10.0.3-rc1' });
  });
}

test('a version without an order is still a version', () => {
  const version = 'v1.0-14-g2414721-dirty-and-long';
  assert.equal(version.length, 31);
  assert.deepEqual(readAppImageHead(appImage({ version }), SIZE), { target: 'host', version });
});

test('the head is read in place, also in the middle of a larger buffer', () => {
  const buffer = Buffer.concat([Buffer.alloc(7, 0xff), appImage()]);
  assert.deepEqual(readAppImageHead(buffer.subarray(7), SIZE), { target: 'host', version: '1.2.3' });
});

suite('a file that is not firmware for a camera is refused with the reason', () => {
  const malformed: [name: string, image: Buffer, reason: RegExp][] = [
    ['nothing', Buffer.alloc(0), /too short/],
    ['one byte', Buffer.from([0xe9]), /too short/],
    ['one byte less than a head', appImage().subarray(0, 287), /too short/],
    ['another file', changed((image) => image.write('PK\x03\x04')), /not a firmware image/],
    ['zeros', Buffer.alloc(288), /not a firmware image/],
    ['a boot loader', changed((image) => image.writeUInt32LE(0, 32)), /not an application/],
    [
      'a description in the other byte order',
      changed((image) => image.writeUInt32BE(0xabcd5432, 32)),
      /not an appl/,
    ],
    ['a chip of another kind', appImage({ chip: 5 }), /chip that is not supported/],
    ['a chip id in the other byte order', appImage({ chip: 0x0900 }), /chip that is not supported/],
    ['another project', appImage({ project: 'hello_world' }), /“hello_world”, not vigie-camera/],
    ['a project whose name only begins the same', appImage({ project: 'vigie-camera2' }), /not vigie-camera/],
    ['a project without a name', appImage({ project: '' }), /unnamed project/],
    ['a name with control characters', appImage({ project: 'vigie\x1b[31m' }), /unnamed project/],
    ['a name without an end', changed((image) => image.fill('a', 80, 112)), /unnamed project/],
    ['no version', appImage({ version: '' }), /contains no version/],
    ['a version without an end', changed((image) => image.fill('1', 48, 80)), /contains no version/],
    ['a version with a line break', appImage({ version: '1.2.3\n' }), /contains no version/],
    ['a version beyond ASCII', appImage({ version: '1.2.3-é' }), /contains no version/],
  ];
  for (const [name, image, reason] of malformed) {
    test(name, () => {
      assert.match(refusalOf(image), reason);
    });
  }
  test('more bytes than fit', () => {
    assert.match(refusalOf(appImage(), 4 * 1024 * 1024 + 1), /larger than 4 MiB/);
    assert.equal(typeof readAppImageHead(appImage(), 4 * 1024 * 1024), 'object');
  });
  test('a change of any one bit in the head is either detected or changes the version', () => {
    const image = appImage();
    const meaningful = [0, 12, 13, 32, 33, 34, 35, ...range(48, 53), ...range(80, 93)];
    for (const at of meaningful) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(image);
        damaged[at] = (image[at] ?? 0) ^ (1 << bit);
        assert.notDeepEqual(readAppImageHead(damaged, SIZE), { target: 'host', version: '1.2.3' });
      }
    }
  });
});

function changed(change: (image: Buffer) => void): Buffer {
  const image = appImage();
  change(image);
  return image;
}

function refusalOf(image: Buffer, imageBytes = SIZE): string {
  const answer = readAppImageHead(image, imageBytes);
  assert.ok(typeof answer === 'string', 'it is refused');
  return answer;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

suite('firmware and server read the same heads', () => {
  for (const { target, version, hex } of SHARED.valid)
    test(`${version} for ${target}`, () =>
      assert.deepEqual(readAppImageHead(Buffer.from(hex, 'hex'), SIZE), { target, version }));
  for (const { reason, hex } of SHARED.malformed)
    test(`nothing: ${reason}`, () =>
      assert.equal(typeof readAppImageHead(Buffer.from(hex, 'hex'), SIZE), 'string'));
});

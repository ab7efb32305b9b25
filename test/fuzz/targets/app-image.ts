/** Uploaded firmware images, and the versions in them. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { APP_IMAGE_HEAD_BYTES, readAppImageHead } from '../../../server/core/updates/app-image.ts';
import { MAX_FIRMWARE_BYTES } from '../../../server/wire/camera-protocol.ts';
import { compareFirmwareVersions, parseFirmwareVersion } from '../../../server/wire/firmware-version.ts';
import { appImage } from '../../support/app-image.ts';
import { mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const image = fc.constantFrom(appImage({ version: '1.2.3' }), appImage({ version: '1.2.3-rc.1' }));
const number = fc.oneof(fc.nat(3), fc.nat(0x1_0010));
const version = fc.oneof(
  fc
    .tuple(number, number, number, fc.constantFrom('', '-a', '-b', '-rc.1', '-'))
    .map(([major, minor, patch, suffix]) => `${major}.${minor}.${patch}${suffix}`),
  fc.string({ maxLength: 40 }),
  fc.constantFrom('v1.2.3', '1.2', '01.2.3', '1.2.3-4-gdeadbee', '1.2.3-dirty'),
);

export const appImages: FuzzTarget = {
  name: 'app-image',
  cases: [
    fuzzCase(
      'any file is firmware or is refused with the reason',
      fc.tuple(mutatedBytes(image), fc.nat(2 * MAX_FIRMWARE_BYTES)),
      ([bytes, length]) => {
        const read = readAppImageHead(bytes.subarray(0, APP_IMAGE_HEAD_BYTES), length);
        if (typeof read === 'string') assert.ok(read.length < 300);
        else assert.match(read.version, /^[!-~]{1,31}$/);
      },
    ),
    fuzzCase('versions are totally ordered', fc.tuple(version, version, version), ([a, b, c]) => {
      const ab = compareFirmwareVersions(a, b);
      assert.equal(compareFirmwareVersions(b, a), ab === 0 ? 0 : -ab);
      if (ab <= 0 && compareFirmwareVersions(b, c) <= 0) assert.ok(compareFirmwareVersions(a, c) <= 0);
      assert.equal(compareFirmwareVersions(a, a), 0);
      const parsed = parseFirmwareVersion(a);
      if (parsed) assert.ok(parsed.numbers.every((part) => part >= 0 && part <= 0xffff));
    }),
  ],
};

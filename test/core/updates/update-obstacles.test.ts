import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  connectionObstacle,
  imageObstacle,
  type CameraDevice,
} from '../../../server/core/updates/update-obstacles.ts';

const DEVICE: CameraDevice = {
  firmware: '1.2.0',
  board: 'ai-thinker',
  target: 'esp32',
  rolledBackFrom: undefined,
  capabilities: ['set', 'ota'],
  secure: true,
};
const IMAGE = { version: '1.3.0', target: 'esp32' } as const;

test('a capable camera connected by TLS takes a newer firmware for its chip', () => {
  assert.equal(connectionObstacle(DEVICE), null);
  assert.equal(imageObstacle(DEVICE, IMAGE, false), null);
});

test("an unencrypted connection is an obstacle, whatever the camera's capabilities", () => {
  assert.match(connectionObstacle({ ...DEVICE, secure: false }) ?? '', /connects by ws:.*wss: first/);
});

test('a missing capability is an obstacle', () => {
  assert.match(connectionObstacle({ ...DEVICE, capabilities: ['set'] }) ?? '', /no updates over the air/);
});

test('another chip is an obstacle that cannot be overridden', () => {
  for (const allowOlder of [false, true]) {
    assert.match(
      imageObstacle({ ...DEVICE, target: 'esp32s3' }, IMAGE, allowOlder) ?? '',
      /for esp32, and the camera is of the kind esp32s3/,
    );
    assert.match(imageObstacle({ ...DEVICE, target: undefined }, IMAGE, allowOlder) ?? '', /does not say/);
  }
});

const notNewer: [running: string, offered: string, reason: RegExp][] = [
  ['1.3.1', '1.3.0', /runs 1.3.1, and 1.3.0 is not newer/],
  ['1.3.0', '1.3.0', /1.3.0 is the same/],
  ['1.3.0', '1.3.0-rc1', /not newer/],
  ['1.3.0', 'v1-3-gabcdef', /not newer/],
  ['v1-3-gabcdef', 'v1-4-gabcdef', /not newer/],
];
for (const [running, offered, reason] of notNewer) {
  test(`${offered} is installed over ${running} only when allowed explicitly`, () => {
    const device = { ...DEVICE, firmware: running };
    assert.match(imageObstacle(device, { ...IMAGE, version: offered }, false) ?? '', reason);
    assert.equal(imageObstacle(device, { ...IMAGE, version: offered }, true), null);
  });
}

test('an image without a version is older than any with one', () => {
  assert.equal(imageObstacle({ ...DEVICE, firmware: 'v1-3-gabcdef' }, IMAGE, false), null);
  assert.equal(imageObstacle({ ...DEVICE, firmware: '' }, IMAGE, false), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceName } from '../../server/core/device-name.ts';

const MOZILLA = 'Mozilla/5.0';
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

for (const [userAgent, name] of [
  [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
  [`${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, 'Chrome on Windows'],
  [`${MOZILLA} (Windows NT 10.0) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge on Windows'],
  [`${MOZILLA} (Linux; Android 15; K) ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`, 'Chrome on Android'],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1`,
    'Safari on iPhone',
  ],
  [
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15`,
    'Safari on macOS',
  ],
  ['curl/8.14.1', 'curl/8.14.1'],
  ['Home-Assistant/2026.1 aiohttp', 'Home-Assistant/2026.1'],
  ['x'.repeat(5000), 'x'.repeat(32)],
  ['=cmd|calc', undefined],
  ['', undefined],
  [undefined, undefined],
] as const)
  test(`${name ?? 'no device'} is what a client is called that says ${(userAgent ?? 'nothing').slice(0, 60)}`, () => {
    assert.equal(deviceName(userAgent), name);
  });

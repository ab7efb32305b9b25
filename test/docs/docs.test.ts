/**
 * Compares the pages under docs/ with the code: the tables of close codes, the handshake's test vector, and every link.
 */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { CAMERA_CLOSE } from '../../server/wire/camera-protocol.ts';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function closeCodes(text: string): Record<string, number> {
  const cells = [...text.matchAll(/\| (4\d{3}) \| (\w+) +(?=\|)/g)];
  return Object.fromEntries(cells.map(([, code, reason = '']) => [reason, Number(code)]));
}

test('docs/camera-protocol.md lists the close codes of the camera protocol', () => {
  assert.deepEqual(closeCodes(read('docs/camera-protocol.md')), { ...CAMERA_CLOSE });
});

test('docs/signaling.md lists the close codes of signaling', () => {
  assert.deepEqual(closeCodes(read('docs/signaling.md')), { ...SIGNALING_CLOSE });
});

test("docs/camera-protocol.md shows the test vector of the firmware's tests", () => {
  const text = read('docs/camera-protocol.md');
  const vectors = read('test/fixtures/camera-handshake.json');
  const macs = [...text.matchAll(/`([\da-f]{64})`/g)].map(([, mac = '']) => mac);
  assert.equal(macs.length, 2);
  for (const mac of macs) assert.ok(vectors.includes(mac), mac);
});

test('every link in the documents leads to a file', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: ROOT })];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !existsSync(join(ROOT, dirname(page), link)))
      .map((link) => `${page}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { compareFirmwareVersions, parseFirmwareVersion } from '../../server/wire/firmware-version.ts';

/** Shared with the firmware's own tests. */
const table = JSON.parse(
  readFileSync(new URL('../fixtures/firmware-versions.json', import.meta.url), 'utf8'),
) as { a: string; b: string; order: -1 | 0 | 1 }[];

suite('the order of firmware versions', () => {
  for (const { a, b, order } of table) {
    const word = { '-1': 'is older than', '0': 'is neither older nor newer than', '1': 'is newer than' }[
      order
    ];
    test(`${JSON.stringify(a)} ${word} ${JSON.stringify(b)}`, () => {
      assert.equal(compareFirmwareVersions(a, b), order);
      assert.equal(compareFirmwareVersions(b, a), order === 0 ? 0 : -order);
    });
  }

  test('it is a total order: sorting by it inverts no pair', () => {
    const versions = [...new Set(table.flatMap(({ a, b }) => [a, b]))].sort(compareFirmwareVersions);
    for (const [index, version] of versions.entries())
      for (const later of versions.slice(index)) assert.ok(compareFirmwareVersions(version, later) <= 0);
  });
});

test('a version is split into its parts', () => {
  assert.deepEqual(parseFirmwareVersion('1.20.300-rc.1'), { numbers: [1, 20, 300], suffix: 'rc.1' });
  assert.deepEqual(parseFirmwareVersion('0.0.0'), { numbers: [0, 0, 0], suffix: '' });
  assert.equal(parseFirmwareVersion('1.2'), undefined);
});

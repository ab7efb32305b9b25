/** Compares docs/packages.md with package.json, and the required Node version with the packages' requirements. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  engines: { node: string };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const majorOf = (range: string): number =>
  Math.min(...range.split('||').map((part) => Number(/(\d+)/.exec(part)?.[1] ?? 0)));

/** The packages in a table's first column. */
function namedIn(text: string): string[] {
  const cells = text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

const byName = (one: string, other: string): number => one.localeCompare(other);

test('docs/packages.md names the purpose of each package', () => {
  const [atRunTime = '', toBuild = ''] = read('docs/packages.md').split('## To build and test');
  for (const [text, packages] of [
    [atRunTime, manifest.dependencies],
    [toBuild, manifest.devDependencies],
  ] as const)
    assert.deepEqual(namedIn(text).toSorted(byName), Object.keys(packages).toSorted(byName));
});

test('no package requires a newer Node than package.json and the README', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { engines?: { node?: string } }>;
  };
  const ours = majorOf(manifest.engines.node);
  const newer = Object.entries(packages).filter(([, { engines }]) => majorOf(engines?.node ?? '0') > ours);
  assert.deepEqual(
    newer.map(([path]) => path),
    [],
  );
  assert.ok(read('README.md').includes(`${ours} or newer`));
});

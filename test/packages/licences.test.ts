import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { renderLicences } from '../../client/build/licence-file.ts';
import { packagePathOf, thirdPartyPackages, type ThirdPartyPackage } from '../../client/build/third-party.ts';
import { licenceProblems } from './licences.ts';

const ROOT = resolve(import.meta.dirname, '../..');

function somePackage(change: Partial<ThirdPartyPackage>): ThirdPartyPackage {
  const name = change.name ?? 'some-package';
  const path = `node_modules/${name}`;
  return { name, path, version: '1.0.0', licence: 'MIT', isDevelopment: false, ...change };
}

test('every package has a permissive licence, or is accepted with a reason', () => {
  assert.deepEqual(licenceProblems(thirdPartyPackages()), []);
});

for (const licence of [
  '',
  'GPL-3.0-only',
  'LGPL-2.1',
  'AGPL-3.0-or-later',
  'MPL-2.0',
  'MIT AND GPL-2.0',
  'SEE LICENSE',
])
  test(`a new package under "${licence}" is a problem`, () => {
    const [problem = '', ...others] = licenceProblems([somePackage({ licence })]);
    assert.match(problem, /^some-package 1\.0\.0 /);
    assert.deepEqual(others, []);
  });

test('a package accepted under one licence is a problem under another', () => {
  assert.equal(licenceProblems([somePackage({ name: 'mediabunny', licence: 'MPL-2.0' })]).length, 0);
  assert.equal(licenceProblems([somePackage({ name: 'mediabunny', licence: 'GPL-3.0-only' })]).length, 1);
});

test('a choice or combination of permissive licences is permissive', () => {
  assert.deepEqual(licenceProblems([somePackage({ licence: '(MIT AND Zlib)' })]), []);
  assert.deepEqual(licenceProblems([somePackage({ licence: '(MIT OR Apache-2.0)' })]), []);
});

test('a bundled module is traced to its package, also to a nested one', () => {
  assert.equal(packagePathOf('/vigie/node_modules/lit/index.js'), 'node_modules/lit');
  assert.equal(packagePathOf('/vigie/node_modules/@lit/context/lib/x.js?v=1'), 'node_modules/@lit/context');
  assert.equal(
    packagePathOf('/vigie/node_modules/a/node_modules/@b/c/x.js'),
    'node_modules/a/node_modules/@b/c',
  );
  assert.equal(packagePathOf('/vigie/client/main.ts'), undefined);
});

test('the list has every package once, in its place, and the licence texts of redistributed packages', () => {
  const text = renderLicences(new Set(['node_modules/lit']));
  const [head = '', ...texts] = text.split('\n\n\n').slice(4);
  const webApp = text.slice(text.indexOf('Packages in the web app'), text.indexOf('Packages of the server'));
  const server = text.slice(text.indexOf('Packages of the server'), text.indexOf('Only for development'));
  assert.match(webApp, /^lit \d+\.\d+\.\d+: BSD-3-Clause$/m);
  assert.match(server, /^express \d+\.\d+\.\d+: MIT$/m);
  assert.match(server, /^@seydx\/node-av-linux-x64 .*GPL-3\.0-or-later/m);
  assert.match(head, /^vite \d+/m);
  assert.doesNotMatch(head, /^lit \d/m);
  for (const name of ['lit', 'express', 'ws'])
    assert.ok(
      texts.some((section) => new RegExp(`^(.*, )?${name} \\d`).test(section)),
      name,
    );
  assert.ok(text.includes(readFileSync(resolve(ROOT, 'LICENSE'), 'utf8').trim()));
});

test('no workflow publishes an image, because it must not be redistributed', () => {
  const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((path) =>
    readFileSync(resolve(ROOT, path), 'utf8'),
  );
  assert.ok(workflows.length > 0);
  assert.doesNotMatch(workflows.join('\n'), /docker (?:image )?push|build-push-action|ghcr\.io/);
});

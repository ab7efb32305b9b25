/** The first load of the web app, whose size `npm run check:size` limits. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { firstLoad } from './first-load.ts';

before(async () => assert.equal(await ensureClientBuilt(), undefined));

test('the first load is what the page names and imports, and no page that is loaded later', () => {
  const paths = firstLoad().map(({ path }) => path);
  const page = readFileSync(resolve(import.meta.dirname, '../../client/dist/index.html'), 'utf8');
  for (const [, path = ''] of page.matchAll(/(?:src|href)="\.?\/(assets\/[^"]+\.(?:js|css))"/g))
    assert.ok(paths.includes(path), `${path} is not counted`);
  assert.deepEqual(
    paths.filter((path) => /-(?:page|dialog)-/.test(path) && !/cameras?-page/.test(path)),
    [],
  );
});

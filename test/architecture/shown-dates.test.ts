/** Holds the writing of dates to one file of the client, so that every page shows them in the time zone of the site. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const ALLOWED = ['client/dates/shown-time.ts', 'client/dates/zone-clock.ts'];
/** Also `toLocaleString()`, which a number has too: with a locale it is one. */
const WRITES =
  /\btoLocale(?:Date|Time)String\b|\btoLocaleString\(\s*(?:undefined|\[|\))|\bDateTimeFormat\b|\bto(?:Date|Time)String\(|\.[gs]et(?:Hours|Minutes|Day|Date|Month|FullYear|TimezoneOffset)\(/;

test('only ShownTime writes dates: the others ask context.siteZone.time', () => {
  const files = globSync('client/**/*.ts', { cwd: ROOT, exclude: ['client/dist*/**'] });
  const writing = files.filter((path) => WRITES.test(readFileSync(join(ROOT, path), 'utf8')));
  assert.deepEqual(writing.toSorted(), ALLOWED);
});

/** Compares docs/architecture.md with rooms.ts and with the files it names. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { CLIENT_ROOMS, SERVER_ROOMS } from './rooms.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(ROOT, 'docs/architecture.md'), 'utf8');

test('the table of rooms has every room of the server', () => {
  const [, table = ''] = /<!-- rooms:[^>]*-->([\s\S]*)<!-- end of rooms -->/.exec(page) ?? [];
  const listed = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, room]) => room);
  assert.deepEqual(new Set(listed), new Set(Object.keys(SERVER_ROOMS)));
});

test('the page names every feature folder of the client', () => {
  const features = [
    'cameras',
    'live',
    'recordings',
    'events',
    'motion',
    'users',
    'webhooks',
    'notifications',
  ];
  for (const room of [...features, 'firmware', 'connection', 'devices']) {
    assert.ok(room in CLIENT_ROOMS, room);
    assert.ok(page.includes(`\`${room}\``), room);
  }
});

test('every file that the page names exists', () => {
  const named = [...page.matchAll(/`((?:[\w-]+\/)+[\w.-]+\.ts)`/g)].map(([, path = '']) => path);
  assert.ok(named.length > 30);
  assert.deepEqual(
    named.filter((path) => !['.', 'server'].some((folder) => existsSync(resolve(ROOT, folder, path)))),
    [],
  );
});

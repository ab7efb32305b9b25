/**
 * Compares the imports of server/ and client/ with rooms.ts, and those of the two pure rooms with their allowed
 * packages.
 */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { test } from 'node:test';
import { CLIENT_ROOMS, SERVER_ROOMS } from './rooms.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Packages allowed in the pure rooms. Time, sockets and files come as arguments, or not at all. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  wire: ['zod'],
  core: ['node:crypto', 'node:events', 'node:zlib', 'ipaddr.js'],
};

interface Import {
  from: string;
  /** As written. */
  specifier: string;
  /** Path in the repository, for relative specifiers. */
  to: string | undefined;
}

const files = globSync('{server,client}/**/*.{ts,mjs}', {
  cwd: ROOT,
  exclude: ['client/dist*/**', 'client/*.config.ts', 'client/build/**'],
});
const imports = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const text = readFileSync(join(ROOT, from), 'utf8').replaceAll(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '');
  const specifiers = text.matchAll(
    /(?:^(?:import|export)\b[^'"`;=]*?\bfrom\s+|^import\s+|\bimport\(\s*)['"]([^'"]+)['"]/gm,
  );
  return [...specifiers].map(([, specifier = '']) => ({
    from,
    specifier,
    to: specifier.startsWith('.') ? posix.join(dirname(from), specifier) : undefined,
  }));
}

/** @returns `wire` for server/wire/camera.ts, `main` for server/main.ts */
function roomOf(path: string): string {
  const [, room = ''] = path.split('/');
  return room.replace(/\.(?:ts|mjs)$/, '');
}

function faults(side: 'server' | 'client', rooms: Readonly<Record<string, readonly string[]>>): string[] {
  return imports
    .filter(({ from, to }) => from.startsWith(`${side}/`) && to !== undefined)
    .flatMap(({ from, to = '' }) => {
      const [room, target] = [
        roomOf(from),
        to.startsWith(`${side}/`) ? roomOf(to) : to.split('/').slice(0, 2).join('/'),
      ];
      const allowed = rooms[room];
      if (!allowed) return [`${from}: the room ${room} is not in rooms.ts`];
      return target === room || allowed.includes(target) ? [] : [`${from} imports ${to}`];
    });
}

test('each room of the server imports only what the allow-list permits', () => {
  assert.deepEqual(faults('server', SERVER_ROOMS), []);
});

test('each room of the client imports only what the allow-list permits', () => {
  assert.deepEqual(faults('client', CLIENT_ROOMS), []);
});

test('wire and core import only the packages named here', () => {
  const packages = imports.filter(({ from, to }) => to === undefined && from.startsWith('server/'));
  const strange = packages.filter(({ from, specifier }) => PURE[roomOf(from)]?.includes(specifier) === false);
  assert.deepEqual(strange, []);
});

test('every room of the allow-list exists', () => {
  const rooms = new Set(files.map((path) => `${path.split('/')[0]}/${roomOf(path)}`));
  const listed = [
    ...Object.keys(SERVER_ROOMS).map((room) => `server/${room}`),
    ...Object.keys(CLIENT_ROOMS).map((room) => `client/${room}`),
  ];
  assert.deepEqual(
    listed.filter((room) => !rooms.has(room)),
    [],
  );
});

test('the scan sees static, type-only, side-effect and dynamic imports', () => {
  const kinds = [
    ['server/start/start.mjs', 'server/main.ts'],
    ['client/main.ts', 'client/app/vigie-app.ts'],
    ['client/app/page-of-route.ts', 'client/users/users-page.ts'],
    ['server/log.ts', undefined],
  ];
  for (const [from, to] of kinds)
    assert.ok(
      imports.some((each) => each.from === from && each.to === to),
      `${from} → ${to}`,
    );
});

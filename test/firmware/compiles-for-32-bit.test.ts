/**
 * The portable core compiles for its target's word size. Whole builds with Espressif's compiler are in firmware.yml.
 */

import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { compileErrors } from './arm-compiler.ts';

const FIRMWARE = resolve(import.meta.dirname, '../../firmware');
const sources = globSync('core/*.cpp', { cwd: FIRMWARE });
const headers = globSync('core/*.hpp', { cwd: FIRMWARE });

test('every source file of the core compiles for a 32-bit newlib target', () => {
  assert.ok(sources.length > 10, `${sources.length} files found`);
  assert.equal(sources.map((path) => compileErrors(path)).join(''), '');
});

test('every header of the core compiles for a 32-bit newlib target', () => {
  assert.ok(headers.length > 10, `${headers.length} files found`);
  assert.equal(compileErrors('headers.cpp', headers.map((path) => `#include "${path}"\n`).join('')), '');
});

test('mixing uint32_t and size_t is an error there, unlike on a 64-bit host', () => {
  const mixed =
    '#include <algorithm>\n#include <cstdint>\nuint32_t a; size_t b; auto c = std::min(0 + sizeof b - a, b);\n';
  assert.match(compileErrors('mixed.cpp', mixed), /no matching function for call to .min/);
});

/**
 * A 32-bit compiler with newlib, as ESP-IDF's are: there `uint32_t` is `unsigned long` and `size_t` is `unsigned int`, while on
 * a 64-bit host code that mixes the two compiles. Debian has no compiler for Xtensa; the one for ARM has these types too.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { installOnDebian } from '../support/debian-packages.ts';

const COMPILER = 'arm-none-eabi-g++';
const HEADERS = '/usr/include/newlib/c++';
const FIRMWARE = resolve(import.meta.dirname, '../../firmware');
/** As firmware/CMakeLists.txt has them for the host. */
const WARNINGS =
  '-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wno-missing-field-initializers -Werror';
const OPTIONS = `-std=gnu++20 -fno-exceptions -fno-rtti ${WARNINGS} -I. -fsyntax-only -x c++`.split(' ');

/** Before the tests run: two gigabytes take longer to install than a test may last. */
export function ensureArmCompiler(): void {
  if (spawnSync(COMPILER, ['--version']).status === 0 && existsSync(HEADERS)) return;
  installOnDebian(['gcc-arm-none-eabi', 'libstdc++-arm-none-eabi-newlib']);
}

/** @returns what the compiler finds wrong with a file (path from firmware/), '' for nothing */
export function compileErrors(path: string, source?: string): string {
  const options = source === undefined ? [...OPTIONS, path] : [...OPTIONS, '-'];
  const { status, stderr, error } = spawnSync(COMPILER, options, {
    cwd: FIRMWARE,
    input: source,
    encoding: 'utf8',
  });
  if (error) return `${COMPILER} cannot be run: ${error.message}`;
  return status === 0 ? '' : stderr;
}

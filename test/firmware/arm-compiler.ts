/**
 * A 32-bit compiler with newlib, like ESP-IDF's: there `uint32_t` is `unsigned long` and `size_t` is `unsigned int`, so
 * code that mixes the two does not compile, while on a 64-bit host it does. Debian has no compiler for Xtensa; the one
 * for ARM has these types too.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { installOnDebian } from '../support/debian-packages.ts';

export const ARM_COMPILER = 'arm-none-eabi-g++';
const HEADERS = '/usr/include/newlib/c++';
const FIRMWARE = resolve(import.meta.dirname, '../../firmware');
/** The flags of firmware/CMakeLists.txt for the host. */
const WARNINGS =
  '-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wno-missing-field-initializers -Werror';
const OPTIONS = `-std=gnu++20 -fno-exceptions -fno-rtti ${WARNINGS} -I. -fsyntax-only -x c++`.split(' ');

/** Before the tests run: installing two gigabytes takes longer than a test may. */
export function ensureArmCompiler(): void {
  if (spawnSync(ARM_COMPILER, ['--version']).status === 0 && existsSync(HEADERS)) return;
  installOnDebian(['gcc-arm-none-eabi', 'libstdc++-arm-none-eabi-newlib']);
}

/** @returns the compiler's messages for a file (path from firmware/), '' for none */
export function compileErrors(path: string, source?: string): string {
  const options = source === undefined ? [...OPTIONS, path] : [...OPTIONS, '-'];
  const { status, stderr, error } = spawnSync(ARM_COMPILER, options, {
    cwd: FIRMWARE,
    input: source,
    encoding: 'utf8',
  });
  if (error) return `${ARM_COMPILER} cannot be run: ${error.message}`;
  return status === 0 ? '' : stderr;
}

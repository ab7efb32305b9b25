/** Builds the firmware's host part (CMake), installing what that needs where it is missing and can be installed. */

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { installOnDebian } from '../support/debian-packages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = ['cmake', 'g++', 'doctest-dev', 'libssl-dev', 'openssl'];

/** Kept between runs: the second time, what has not changed is not compiled again. */
export const FIRMWARE_BUILD = resolve(ROOT, 'node_modules/.cache/vigie-firmware');
export const VIGIE_CAMERA = resolve(FIRMWARE_BUILD, 'port/host/vigie-camera');
/** The same program as the next version, to update to. */
export const VIGIE_CAMERA_NEXT = resolve(FIRMWARE_BUILD, 'port/host/vigie-camera-next');

/** @throws Error with the output of what failed */
export function buildFirmware(): void {
  const configure = ['-S', resolve(ROOT, 'firmware'), '-B', FIRMWARE_BUILD];
  let problem = run('cmake', configure);
  if (problem) {
    installOnDebian(PACKAGES);
    problem = run('cmake', configure);
  }
  problem ??= run('cmake', ['--build', FIRMWARE_BUILD, '--parallel', '2']);
  if (problem) throw new Error(`the firmware's host build failed:\n${problem}`);
}

/** @returns the output when it fails */
export function run(command: string, args: string[], cwd = ROOT): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? `${stdout}${stderr}`);
}

/** Builds the firmware's host part (CMake), installing missing build tools where possible. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { installOnDebian } from './debian-packages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = ['cmake', 'g++', 'doctest-dev', 'libssl-dev', 'openssl'];

/** Kept between runs: unchanged files are not compiled again. */
export const FIRMWARE_BUILD = resolve(ROOT, 'node_modules/.cache/vigie-firmware');
export const VIGIE_CAMERA = resolve(FIRMWARE_BUILD, 'port/host/vigie-camera');
/** The same program as the next version, for updates. */
export const VIGIE_CAMERA_NEXT = resolve(FIRMWARE_BUILD, 'port/host/vigie-camera-next');

/** Test files run side by side, and two builds in one folder would disturb each other. */
const LOCK = `${FIRMWARE_BUILD}.lock`;
const LOCK_POLL_MS = 100;

/** @throws Error with the output of the failed step */
export function buildFirmware(): void {
  mkdirSync(FIRMWARE_BUILD, { recursive: true });
  while (!takeLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  try {
    build();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** A dead process's lock is ignored. */
function takeLock(): boolean {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!ownerIsAlive()) rmSync(LOCK, { force: true });
    return false;
  }
}

function ownerIsAlive(): boolean {
  try {
    const owner = readFileSync(LOCK, 'utf8');
    // Still empty: it is being written.
    return owner === '' || process.kill(Number(owner), 0);
  } catch {
    return false;
  }
}

function build(): void {
  // Lines are enough for what the sanitizers print; full debugging information takes a sixth of the time.
  const debugFlags = '-DCMAKE_CXX_FLAGS_DEBUG=-g1';
  const configure = ['-S', resolve(ROOT, 'firmware'), '-B', FIRMWARE_BUILD, debugFlags];
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

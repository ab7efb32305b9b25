/** A home folder in which Chromium on Linux finds a trusted certificate authority, as if a user had installed it. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnDebian } from './debian-packages.ts';

/** @returns the folder, which the caller removes */
export function homeThatTrusts(pem: string): string {
  const home = mkdtempSync(join(tmpdir(), 'vigie-home-'));
  const file = join(home, 'authority.pem');
  writeFileSync(file, pem);
  const database = join(home, '.pki', 'nssdb');
  mkdirSync(database, { recursive: true });
  certutil(['-N', '-d', `sql:${database}`, '--empty-password']);
  certutil(['-A', '-d', `sql:${database}`, '-n', 'vigie', '-t', 'C,,', '-i', file]);
  return home;
}

function certutil(args: readonly string[]): void {
  let run = spawnSync('certutil', args, { encoding: 'utf8' });
  if (run.error) {
    installOnDebian(['libnss3-tools']);
    run = spawnSync('certutil', args, { encoding: 'utf8' });
  }
  if (run.status !== 0) throw new Error(`certutil ${args[0]}: ${run.error?.message ?? run.stderr}`);
}

/**
 * A wall clock in the test's hands, for a process that is started with it: Debian's libfaketime moves the wall clock alone, the
 * monotonic clock and the uptime go on.
 */

import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnDebian } from './debian-packages.ts';

export class FakeClock {
  /** Words in front of the command line. */
  readonly prefix: readonly string[];
  readonly #file: string;
  #aheadMs = 0;

  /** @returns undefined where there is no libfaketime and none can be installed */
  static make(aheadMs: number): FakeClock | undefined {
    if (!findLibrary()) installOnDebian(['faketime']);
    const library = findLibrary();
    return library === undefined ? undefined : new FakeClock(library, aheadMs);
  }

  private constructor(library: string, aheadMs: number) {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-fake-clock-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    this.#file = join(folder, 'offset');
    this.set(aheadMs);
    this.prefix = [
      'env',
      `LD_PRELOAD=${library}`,
      `FAKETIME_TIMESTAMP_FILE=${this.#file}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
      'NO_FAKE_STAT=1',
    ];
  }

  /** How far it is ahead of the true time. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  set(aheadMs: number): void {
    this.#aheadMs = aheadMs;
    writeFileSync(this.#file, `${aheadMs < 0 ? '' : '+'}${aheadMs / 1000}\n`);
  }
}

function findLibrary(): string | undefined {
  return globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];
}

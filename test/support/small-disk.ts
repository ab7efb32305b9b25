/** A small separate file system (tmpfs) that a test can fill. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'vigie-disk-'));

  /** @returns undefined when this user may not make one */
  static mount(bytes: number): SmallDisk | undefined {
    const disk = new SmallDisk();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk.path], { stdio: 'ignore' });
      return disk;
    } catch {
      rmSync(disk.path, { recursive: true });
      return undefined;
    }
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Another program's file, which leaves this much space. */
  fill(leaveBytes = 0): void {
    try {
      writeFileSync(this.#filling, Buffer.alloc(Math.max(0, this.freeBytes - leaveBytes)));
    } catch (error) {
      // Others write meanwhile; it is full all the same.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  empty(): void {
    rmSync(this.#filling, { force: true });
  }

  get #filling(): string {
    return join(this.path, 'filling');
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}

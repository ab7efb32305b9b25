/** Another process that keeps the server's database locked as long as the test wants. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('hold-database-lock.ts', import.meta.url));

export class DatabaseLock implements AsyncDisposable {
  readonly #child: ChildProcess;

  static async hold(dataDir: string): Promise<DatabaseLock> {
    const child = spawn(process.execPath, [PROGRAM, join(dataDir, 'vigie.db')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.stdout) await once(child.stdout, 'data');
    return new DatabaseLock(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Idempotent. */
  async release(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin?.end();
    await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

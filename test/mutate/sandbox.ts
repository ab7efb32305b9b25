/**
 * A copy of server/ and test/ in a temporary folder, where mutants run: the work tree is only read.
 *
 * A run is a process group that is killed at its end, whatever the mutant started; it has a time limit and a memory
 * limit.
 */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apply, type Mutation } from './mutations.ts';

export type RunResult = 'passed' | 'failed' | 'timed out';

const COPIED = ['server', 'test', 'client', 'package.json', 'tsconfig.json'];
/** Read by tests, and never written by a mutant. */
const LINKED = ['node_modules', 'firmware', 'docs', 'CHANGELOG.md'];
const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=768'];

export class Sandbox {
  readonly #root: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #endRun: () => void = () => undefined;

  constructor(root: string, env: NodeJS.ProcessEnv) {
    this.#root = root;
    this.#folder = mkdtempSync(join(tmpdir(), 'vigie-mutate-'));
    for (const name of COPIED)
      cpSync(join(root, name), join(this.#folder, name), {
        recursive: true,
        filter: (path) => !path.startsWith(join(root, 'client', 'dist')),
      });
    for (const name of LINKED) symlinkSync(join(root, name), join(this.#folder, name));
    const temporary = join(this.#folder, 'tmp');
    mkdirSync(temporary);
    // The suite's compile cache has other paths; this one is removed with the sandbox.
    this.#env = { ...env, TMPDIR: temporary, NODE_COMPILE_CACHE: join(temporary, 'compiled') };
  }

  /** @param tests files, run in order until one fails @param timeoutMs for all of them */
  async run(tests: readonly string[], timeoutMs: number): Promise<RunResult> {
    const deadline = performance.now() + timeoutMs;
    for (const test of tests) {
      const result = await this.#runFile(test, Math.max(1, deadline - performance.now()));
      if (result !== 'passed') return result;
    }
    return 'passed';
  }

  async runMutant(
    source: string,
    mutation: Mutation,
    tests: readonly string[],
    timeoutMs: number,
  ): Promise<RunResult> {
    const path = join(this.#folder, source);
    const original = readFileSync(join(this.#root, source), 'utf8');
    writeFileSync(path, apply(original, mutation));
    try {
      return await this.run(tests, timeoutMs);
    } finally {
      writeFileSync(path, original);
    }
  }

  /** Idempotent. Kills running processes first, so that they write nothing after the removal. */
  close(): void {
    this.#endRun();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #runFile(test: string, timeoutMs: number): Promise<RunResult> {
    const options = { cwd: this.#folder, env: this.#env, stdio: 'ignore', detached: true } as const;
    const child = spawn(process.execPath, [...NODE_OPTIONS, test], options);
    const endGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is gone already.
      }
    };
    this.#endRun = endGroup;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup();
    }, timeoutMs);
    const code = await new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
      child.once('error', () => resolve(1));
    });
    clearTimeout(timer);
    this.#endRun = () => undefined;
    endGroup();
    if (timedOut) return 'timed out';
    return code === 0 ? 'passed' : 'failed';
  }
}

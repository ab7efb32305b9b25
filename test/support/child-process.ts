/** A program of the project in a separate process, with its output kept, so that a test can wait for a line of it. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { until } from './until.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface ChildOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Words in front of the command line; they must exec it. */
  prefix?: readonly string[];
  /** It reads from `process.stdin`. */
  hasInput?: boolean;
}

export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  output = '';

  /** @param script relative to the root of the repository */
  constructor(script: string, args: readonly string[], options: ChildOptions = {}) {
    const { PATH = '', HOME = '', NODE_COMPILE_CACHE } = process.env;
    const [command = '', ...words] = [
      ...(options.prefix ?? []),
      process.execPath,
      resolve(ROOT, script),
      ...args,
    ];
    this.process = spawn(command, words, {
      cwd: options.cwd ?? ROOT,
      // The machine's own settings must not leak in.
      env: { PATH, HOME, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }), ...options.env },
      stdio: [options.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  get hasExited(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** @throws Error with the whole output when the process ends first, or takes too long */
  async line(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    const found = await until(
      `${pattern} in the output`,
      () => pattern.exec(this.output) ?? (this.hasExited && 'ended'),
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; so far:\n${this.output}`);
    });
    if (found === 'ended') throw new Error(`the process ended; its output:\n${this.output}`);
    return found;
  }

  /** @returns the exit code, or the signal that ended it */
  async exited(): Promise<number | NodeJS.Signals> {
    if (!this.hasExited) await once(this.process, 'exit');
    return this.process.exitCode ?? this.process.signalCode ?? -1;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    if (!this.hasExited) this.process.kill(signal);
    return this.exited();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }
}

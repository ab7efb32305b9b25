/** A program of others that a test kills and starts again on its ports. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export class RestartableProgram {
  readonly #spawn: () => ChildProcess;
  readonly #untilAnswers: () => Promise<unknown>;
  #process: ChildProcess;

  static async start(
    spawn: () => ChildProcess,
    untilAnswers: () => Promise<unknown>,
  ): Promise<RestartableProgram> {
    const program = new RestartableProgram(spawn, untilAnswers);
    await untilAnswers();
    return program;
  }

  private constructor(spawn: () => ChildProcess, untilAnswers: () => Promise<unknown>) {
    this.#spawn = spawn;
    this.#untilAnswers = untilAnswers;
    this.#process = this.#begin();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Kills it like a power cut. Idempotent. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** Starts it again, without its former state. */
  async restart(): Promise<void> {
    this.#process = this.#begin();
    await this.#untilAnswers();
  }

  #begin(): ChildProcess {
    const child = this.#spawn();
    // Read, because it stops when the pipe is full.
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    return child;
  }
}

/**
 * A process that measures or attacks, so that neither disturbs the other: it gets one initial message, and reports by
 * messages. It ends when it is told to, or when its parent is gone.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 2_000;

export class Worker<Message> {
  readonly #process: ChildProcess;

  /**
   * @param script in this folder
   * @param beginning its initial message, as JSON
   * @param nice 0: normal; up to 19: gets the remaining CPU
   */
  constructor(script: string, beginning: object, onMessage: (message: Message) => void, nice = 0) {
    const words = [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      resolve(import.meta.dirname, script),
    ];
    const [command = '', ...args] = nice === 0 ? words : ['nice', '-n', String(nice), ...words];
    this.#process = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (message) => onMessage(message as Message));
    this.#process.send(beginning);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** It ended by itself with an error. */
  get hasFailed(): boolean {
    return this.#process.exitCode !== null && this.#process.exitCode !== 0;
  }

  /** Resolves when it has ended by itself, or was killed at that time. */
  async endedBy(deadlineMs: number): Promise<void> {
    const ended = this.hasExited ? Promise.resolve() : once(this.#process, 'exit');
    await Promise.race([ended, delay(Math.max(0, deadlineMs - Date.now()), undefined, { ref: false })]);
    await this.stop();
  }

  async stop(): Promise<void> {
    if (this.hasExited) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await Promise.race([ended, delay(PATIENCE_MS, undefined, { ref: false })]);
    if (!this.hasExited) this.#process.kill('SIGKILL');
    await ended;
  }
}

/** In the process itself: its initial message. */
export async function beginningOf<Beginning>(): Promise<Beginning> {
  process.once('disconnect', () => process.exit());
  const [message] = await once(process, 'message');
  return message as Beginning;
}

export function report(message: object): void {
  process.send?.(message);
}

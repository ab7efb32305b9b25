/** An external program on a host of the network: Caddy, coturn, haproxy. Its output is kept for failures. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../support/until.ts';
import type { Host } from './host.ts';

export interface ProgramOptions {
  command: string;
  args?: readonly string[];
  env?: Record<string, string>;
  /** It is ready when it listens on this TCP port. */
  port: number;
}

/** State code in /proc/net/tcp. */
const LISTENING = '0A';

export class Program implements AsyncDisposable {
  output = '';
  readonly #host: Host;
  readonly #options: ProgramOptions;
  #process: ChildProcess;

  static async start(host: Host, options: ProgramOptions): Promise<Program> {
    const program = new Program(host, options);
    await program.#untilListening();
    return program;
  }

  private constructor(host: Host, options: ProgramOptions) {
    this.#host = host;
    this.#options = options;
    this.#process = this.#spawn();
  }

  /** Kills it with its children, like a power cut. Idempotent. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    process.kill(-pid, 'SIGKILL');
    await once(this.#process, 'exit');
  }

  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.#untilListening();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #spawn(): ChildProcess {
    const { command, args = [], env } = this.#options;
    const [program = '', ...words] = [...this.#host.prefix, command, ...args];
    const { PATH = '' } = process.env;
    // A separate process group, because some of them are scripts with children.
    const child = spawn(program, words, {
      env: { PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    return child;
  }

  async #untilListening(): Promise<void> {
    const { command, port } = this.#options;
    const { pid = 0 } = this.#process;
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const isListening = (): boolean =>
      ['tcp', 'tcp6'].some((table) => {
        const path = `/proc/${pid}/net/${table}`;
        const lines = existsSync(path) ? readFileSync(path, 'latin1').split('\n') : [];
        return lines.some((line) =>
          new RegExp(`^ *\\d+: [\\dA-F]+:${hex} [\\dA-F:]+ ${LISTENING} `).test(line),
        );
      });
    await until(`${command} listens on port ${port}`, () => {
      if (this.#process.exitCode !== null) throw new Error(`${command} ended:\n${this.output}`);
      return isListening();
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; so far:\n${this.output}`);
    });
  }
}

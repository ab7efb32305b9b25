/** The real server as a process, on free ports and a temporary data folder. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiSession } from './api-session.ts';
import { Child } from './child-process.ts';

export interface ServerProcessOptions {
  env?: Record<string, string>;
  /** Files for its working directory, by name: `.env`, `server-config.json`. */
  files?: Record<string, string>;
  /** Words in front of its command line. */
  prefix?: readonly string[];
  /** For a machine that is loaded still more than one that runs several files of tests. */
  startTimeoutMs?: number;
}

const PASSWORD = 'correct horse battery staple';
/** Many times what a start takes: files that run beside each other begin with it, all at once. */
const START_TIMEOUT_MS = 60_000;

export class ServerProcess implements AsyncDisposable {
  /** Its working directory and data. */
  readonly folder = mkdtempSync(join(tmpdir(), 'vigie-test-'));
  readonly password = PASSWORD;
  readonly #env: Record<string, string>;
  readonly #prefix: readonly string[];
  readonly #startTimeoutMs: number;
  #child: Child | undefined;
  #httpPort = 0;
  #scheme = 'http';

  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    await server.start();
    return server;
  }

  private constructor({
    env = {},
    files = {},
    prefix = [],
    startTimeoutMs = START_TIMEOUT_MS,
  }: ServerProcessOptions) {
    this.#startTimeoutMs = startTimeoutMs;
    this.#env = env;
    this.#prefix = prefix;
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  get child(): Child {
    if (!this.#child) throw new Error('the server was never started');
    return this.#child;
  }

  get url(): string {
    return `${this.#scheme}://localhost:${this.#httpPort}`;
  }

  get cameraUrl(): string {
    return `${this.#scheme.replace('http', 'ws')}://localhost:${this.#httpPort}/camera`;
  }

  get signalingUrl(): string {
    return `${this.#scheme.replace('http', 'ws')}://localhost:${this.#httpPort}/signaling`;
  }

  /** Starts it again on its former port and data folder. */
  async start(): Promise<void> {
    this.#child = new Child('server/main.ts', [], {
      cwd: this.folder,
      prefix: this.#prefix,
      env: {
        VIGIE_DATA_DIR: join(this.folder, 'data'),
        VIGIE_HTTP_PORT: String(this.#httpPort),
        VIGIE_RTC_PORT: '0',
        VIGIE_ADMIN_PASSWORD: PASSWORD,
        VIGIE_DEMO: '0',
        ...this.#env,
      },
    });
    const [, scheme = '', port] = await this.#ready(this.#child);
    this.#scheme = scheme;
    this.#httpPort = Number(port);
  }

  /** A server that does not start in time is killed. */
  async #ready(child: Child): Promise<RegExpExecArray> {
    try {
      return await child.line(/Vigie is ready: (https?):\/\/localhost:(\d+)/, this.#startTimeoutMs);
    } catch (error) {
      await child.stop('SIGKILL');
      throw error;
    }
  }

  /** Kills it like a power cut. */
  async kill(): Promise<void> {
    await this.child.stop('SIGKILL');
  }

  /** An API client signed in as the administrator. */
  async admin(): Promise<ApiSession> {
    return ApiSession.signIn(this.url, 'admin', PASSWORD);
  }

  /** Stops it and removes its data. @throws Error when it does not stop cleanly or logged an unexpected line */
  async stop(): Promise<void> {
    const wasRunning = !this.child.hasExited;
    const code = await this.child.stop();
    rmSync(this.folder, { recursive: true, force: true });
    if (wasRunning && code !== 0) throw new Error(`the server stopped with ${code}:\n${this.child.output}`);
    const bad = this.child.output.split('\n').filter((line) => /"level":(?:50|60)|unhandled/i.test(line));
    if (bad.length > 0) throw new Error(`the server logged errors:\n${bad.join('\n')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

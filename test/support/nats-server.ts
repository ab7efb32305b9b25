/** The real nats-server on loopback, with accounts and the permissions of each role. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsPermissions } from '../../server/core/edges/subjects.ts';
import { freePort } from './coturn.ts';
import { installOnDebian } from './debian-packages.ts';
import { until } from './until.ts';

const PROGRAM = ['/usr/sbin/nats-server', '/usr/bin/nats-server'];

export interface NatsUser {
  name: string;
  /** Users of different accounts do not see each other. */
  account: string;
  /** Undefined: everything. */
  permissions?: NatsPermissions;
}

export class NatsServer {
  readonly port: number;
  readonly #folder: string;
  readonly #users: readonly NatsUser[];
  #process: ChildProcess;

  static async start(users: readonly NatsUser[]): Promise<NatsServer> {
    if (!PROGRAM.some(existsSync)) installOnDebian(['nats-server']);
    const server = new NatsServer(await freePort(), users);
    await server.#untilAnswers();
    return server;
  }

  private constructor(port: number, users: readonly NatsUser[]) {
    this.port = port;
    this.#users = users;
    this.#folder = mkdtempSync(join(tmpdir(), 'vigie-nats-'));
    this.#process = this.#spawn();
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Text of the file of credentials. */
  credentialsOf(name: string): string {
    return `${name}:password of ${name}`;
  }

  /** Stops it from reading and writing, like a machine that hangs. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Kills it like a power cut. Idempotent. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** Starts it again on its port. */
  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.#untilAnswers();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #untilAnswers(): Promise<void> {
    await until('nats-server answers', () => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const socket = createConnection(this.port, '127.0.0.1');
      // It speaks first.
      socket.once('data', () => resolve(true));
      for (const event of ['error', 'close'] as const) socket.once(event, () => resolve(false));
      return promise.finally(() => socket.destroy());
    });
  }

  #spawn(): ChildProcess {
    const file = join(this.#folder, 'nats.conf');
    writeFileSync(file, this.#configuration);
    const program = PROGRAM.find(existsSync) ?? 'nats-server';
    const child = spawn(program, ['-c', file], { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    return child;
  }

  /** NATS reads JSON too. */
  get #configuration(): string {
    const accounts: Record<string, { users: unknown[] }> = {};
    for (const { name, account, permissions } of this.#users) {
      const user = { user: name, password: `password of ${name}`, ...natsPermissions(permissions) };
      (accounts[account] ??= { users: [] }).users.push(user);
    }
    return JSON.stringify({ listen: `127.0.0.1:${this.port}`, accounts });
  }
}

function natsPermissions(permissions: NatsPermissions | undefined): object {
  if (!permissions) return {};
  const { publish, subscribe, answers } = permissions;
  return {
    permissions: { publish, subscribe, ...(answers && { allow_responses: { max: 1, expires: '5s' } }) },
  };
}

/** The real nats-server on loopback, with accounts and the permissions of each role. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificatePair } from '../../server/core/certificate-pair.ts';
import type { NatsPermissions } from '../../server/core/edges/subjects.ts';
import { freePort } from './coturn.ts';
import { installOnDebian } from './debian-packages.ts';
import { RestartableProgram } from './restartable-program.ts';
import { until } from './until.ts';

const PROGRAM = ['/usr/sbin/nats-server', '/usr/bin/nats-server'];

export interface NatsUser {
  name: string;
  /** Users of different accounts do not see each other. */
  account: string;
  /** Public key; the user has no password then. */
  nkey?: string;
  /** Undefined: everything. */
  permissions?: NatsPermissions;
}

export interface NatsServerOptions {
  /** For localhost; then it takes nothing in the clear. */
  tls?: CertificatePair;
  /** Further fields of its configuration. */
  more?: object;
}

export class NatsServer {
  readonly port: number;
  /** Over which it takes WebSockets, with `tls`. */
  readonly webSocketPort: number;
  readonly #folder: string;
  readonly #program: RestartableProgram;

  static async start(
    users: readonly NatsUser[],
    { tls, more = {} }: NatsServerOptions = {},
  ): Promise<NatsServer> {
    if (!PROGRAM.some(existsSync)) installOnDebian(['nats-server']);
    const [port, webSocketPort] = [await freePort(), await freePort()];
    const folder = mkdtempSync(join(tmpdir(), 'vigie-nats-'));
    const file = join(folder, 'nats.conf');
    const files = { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
    if (tls) {
      writeFileSync(files.cert_file, tls.cert);
      writeFileSync(files.key_file, tls.key);
      Object.assign(more, { tls: files, websocket: { listen: `127.0.0.1:${webSocketPort}`, tls: files } });
    }
    writeFileSync(file, configurationOf(port, users, more));
    const program = await RestartableProgram.start(
      () =>
        spawn(PROGRAM.find(existsSync) ?? 'nats-server', ['-c', file], {
          cwd: folder,
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      () => untilAnswers(port),
    );
    return new NatsServer({ port, webSocketPort }, folder, program);
  }

  private constructor(
    { port, webSocketPort }: { port: number; webSocketPort: number },
    folder: string,
    program: RestartableProgram,
  ) {
    this.port = port;
    this.webSocketPort = webSocketPort;
    this.#folder = folder;
    this.#program = program;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** Text of the file of credentials. */
  credentialsOf(name: string): string {
    return `${name}:password of ${name}`;
  }

  /** Stops it from reading and writing, like a machine that hangs. */
  freeze(): void {
    this.#program.signal('SIGSTOP');
  }

  thaw(): void {
    this.#program.signal('SIGCONT');
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }

  restart(): Promise<void> {
    return this.#program.restart();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function untilAnswers(port: number): Promise<void> {
  await until('nats-server answers', () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = createConnection(port, '127.0.0.1');
    // It speaks first.
    socket.once('data', () => resolve(true));
    for (const event of ['error', 'close'] as const) socket.once(event, () => resolve(false));
    return promise.finally(() => socket.destroy());
  });
}

/** NATS reads JSON too. */
function configurationOf(port: number, all: readonly NatsUser[], more: object): string {
  const accounts: Record<string, { users: unknown[] }> = {};
  for (const { name, account, nkey, permissions } of all) {
    const proof = nkey === undefined ? { user: name, password: `password of ${name}` } : { nkey };
    const user = { ...proof, ...natsPermissions(permissions) };
    (accounts[account] ??= { users: [] }).users.push(user);
  }
  return JSON.stringify({ listen: `127.0.0.1:${port}`, ...(all.length > 0 && { accounts }), ...more });
}

function natsPermissions(permissions: NatsPermissions | undefined): object {
  if (!permissions) return {};
  const { publish, subscribe, answers } = permissions;
  return {
    permissions: { publish, subscribe, ...(answers && { allow_responses: { max: 1, expires: '5s' } }) },
  };
}

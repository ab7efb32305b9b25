/**
 * The real coturn as deployed: by turn/start.sh, with the configuration it renders, on an address of this machine that
 * is not loopback (to which coturn never relays).
 */

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { turnCredentials, type TurnCredentials } from '../../../server/core/stun-turn/turn-credentials.ts';
import type { Certificate } from '../../support/host-camera.ts';
import { installOnDebian } from '../../support/debian-packages.ts';
import { until } from '../../support/until.ts';
import { freePort } from './free-port.ts';
import { TurnClient, type TurnServer } from './turn-client.ts';

export const TURN_SCRIPTS = resolve(import.meta.dirname, '../../../turn');
const TURNSERVER = '/usr/bin/turnserver';
const MINUTES_SECONDS = 600;

export const OWN_ADDRESS = Object.values(networkInterfaces())
  .flatMap((entries) => entries ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

export class DeployedCoturn {
  readonly folder = mkdtempSync(join(tmpdir(), 'vigie-turn-'));
  readonly secret = randomBytes(32).toString('base64');
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  output = '';
  readonly #process: ChildProcess;

  /** @param scripts the folder of start.sh, for a test that changes something in a copy of it */
  static async start(
    env: Record<string, string> = {},
    { host = OWN_ADDRESS, scripts = TURN_SCRIPTS } = {},
  ): Promise<DeployedCoturn> {
    if (!existsSync(TURNSERVER)) installOnDebian(['coturn']);
    if (!host) throw new Error('this machine has no address but loopback, to which coturn relays nothing');
    const coturn = new DeployedCoturn(env, host, scripts, [await freePort(), await freePort()]);
    await until(
      'coturn answers',
      () => coturn.#process.exitCode !== null || answersBinding(coturn.host, coturn.port),
    ).catch(async (error: unknown) => {
      await coturn.stop();
      throw new Error(`${String(error)}; so far:\n${coturn.output}`);
    });
    return coturn;
  }

  private constructor(
    env: Record<string, string>,
    host: string,
    scripts: string,
    [port, tlsPort]: [number, number],
  ) {
    this.host = host;
    this.port = port;
    this.tlsPort = tlsPort;
    mkdirSync(join(this.folder, 'run'));
    mkdirSync(this.certificates);
    writeFileSync(join(this.folder, 'secret'), `${this.secret}\n`);
    const { PATH = '' } = process.env;
    this.#process = spawn(join(scripts, 'start.sh'), {
      cwd: this.folder,
      env: {
        PATH,
        TURN_REALM: 'vigie.test',
        TURN_SECRET_FILE: join(this.folder, 'secret'),
        TURN_RUN_DIR: join(this.folder, 'run'),
        TURN_CERT_DIR: this.certificates,
        TURN_WATCH_SECONDS: '1',
        TURN_LISTENING_IPS: host,
        TURN_PORT: String(port),
        TURN_TLS_PORT: String(tlsPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Caddy's folder of certificates. */
  get certificates(): string {
    return join(this.folder, 'certificates');
  }

  /** Like Caddy with a new one. */
  putCertificate({ cert, key }: Certificate, name = 'vigie.test'): void {
    const folder = join(this.certificates, 'local', name);
    mkdirSync(folder, { recursive: true });
    for (const [suffix, text] of [
      ['crt', cert],
      ['key', key],
    ] as const) {
      const path = join(folder, `${name}.${suffix}`);
      writeFileSync(path, text);
      chmodSync(path, 0o600);
    }
  }

  /** Made like the server's. */
  credentials(user = 'user_1', lifetimeSeconds = MINUTES_SECONDS, secret = this.secret): TurnCredentials {
    return turnCredentials(secret, user, Date.now(), lifetimeSeconds);
  }

  server(transport: TurnServer['transport'] = 'udp'): TurnServer {
    return { host: this.host, port: transport === 'tls' ? this.tlsPort : this.port, transport };
  }

  client(credentials = this.credentials(), server = this.server()): Promise<TurnClient> {
    return TurnClient.connect(server, credentials);
  }

  /** The process of coturn itself. */
  get pid(): number {
    return Number(readFileSync(join(this.folder, 'run/turnserver.pid'), 'utf8'));
  }

  /** The TCP ports it listens on, on any address. */
  get listeningTcpPorts(): number[] {
    const sockets = new Set(
      globSync(`/proc/${this.pid}/fd/*`).flatMap((path) => {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(path)) ?? [];
        return inode === undefined ? [] : inode;
      }),
    );
    const rows = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1),
    );
    const listening = rows.map((row) => row.trim().split(/\s+/)).filter((cells) => cells[3] === '0A');
    const ports = listening
      .filter((cells) => sockets.has(cells[9] ?? ''))
      .map((cells) => Number.parseInt(cells[1]?.split(':')[1] ?? '', 16));
    return [...new Set(ports)].toSorted((a, b) => a - b);
  }

  says(pattern: RegExp): Promise<unknown> {
    return until(`coturn says ${pattern}`, () => pattern.test(this.output)).catch((error: unknown) => {
      throw new Error(`${String(error)}; so far:\n${this.output}`);
    });
  }

  /** Idempotent. @returns the exit code of start.sh */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
    return this.#process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** One STUN binding request; any answer counts. */
async function answersBinding(host: string, port: number): Promise<boolean> {
  await using socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', () => undefined);
  socket.send(Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]), port, host);
  // Awaited here, or the socket is closed before the answer comes.
  return await once(socket, 'message', { signal: AbortSignal.timeout(300) }).then(
    () => true,
    () => false,
  );
}

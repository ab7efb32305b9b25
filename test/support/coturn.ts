/** The real coturn on loopback, with a secret and an untrusted certificate. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeTurn } from '../../server/connectivity/turn-probe.ts';
import { installOnDebian } from './debian-packages.ts';
import { until } from './until.ts';

const PROGRAM = '/usr/bin/turnserver';

export class Coturn {
  readonly secret = 'a secret of coturn and the server';
  readonly port: number;
  readonly tlsPort: number;
  readonly #folder: string;
  #process: ChildProcess;

  static async start(): Promise<Coturn> {
    if (!existsSync(PROGRAM)) installOnDebian(['coturn', 'openssl']);
    const coturn = new Coturn(await freePort(), await freePort());
    await coturn.#untilAnswers();
    return coturn;
  }

  private constructor(port: number, tlsPort: number) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.#folder = mkdtempSync(join(tmpdir(), 'vigie-coturn-'));
    const [cert, pkey] = [join(this.#folder, 'cert.pem'), join(this.#folder, 'key.pem')];
    spawnSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout ${pkey} -out ${cert}`.split(
        ' ',
      ),
    );
    this.#process = this.#spawn();
  }

  /** Its VIGIE_TURN_URLS: over UDP, TCP and TLS. */
  get urls(): string[] {
    return [
      `turn:127.0.0.1:${this.port}?transport=udp`,
      `turn:127.0.0.1:${this.port}?transport=tcp`,
      `turns:127.0.0.1:${this.tlsPort}?transport=tcp`,
    ];
  }

  /** Kills it like a power cut. Idempotent. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** Starts it again on its ports, without its former state. */
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
    const answers = () => Promise.all(this.urls.slice(0, 2).map(probeTurn));
    await until('coturn answers', async () => (await answers()).every(({ problem }) => !problem));
  }

  #spawn(): ChildProcess {
    const child = spawn(
      PROGRAM,
      [
        '-n',
        '--no-cli',
        '--allow-loopback-peers',
        '--realm=vigie',
        '--log-file=stdout',
        `--pidfile=${join(this.#folder, 'pid')}`,
        '--listening-ip=127.0.0.1',
        '--relay-ip=127.0.0.1',
        `--listening-port=${this.port}`,
        `--tls-listening-port=${this.tlsPort}`,
        '--use-auth-secret',
        `--static-auth-secret=${this.secret}`,
        `--cert=${join(this.#folder, 'cert.pem')}`,
        `--pkey=${join(this.#folder, 'key.pem')}`,
      ],
      { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    // Read, because it stops when the pipe is full.
    for (const stream of [child.stdout, child.stderr]) stream?.resume();
    return child;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

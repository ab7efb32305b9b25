/** The firmware's host build as a process, and a server that can be stopped and started again on its port. */

import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { CameraIngest } from '../../server/ingest/camera-ingest.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { drawnJpeg } from './sample-jpegs.ts';
import { until } from './until.ts';
import { run, VIGIE_CAMERA } from './build-firmware.ts';

export const CAMERA_ID = 'cam_1';
export const KEY = randomBytes(32);

export class HostCamera {
  readonly process: ChildProcess;
  output = '';

  constructor(
    url: string,
    footage: string,
    options: readonly string[] = [],
    key: Buffer = KEY,
    id = CAMERA_ID,
  ) {
    this.process = spawn(VIGIE_CAMERA, ['--url', url, '--id', id, '--footage', footage, ...options], {
      // The sanitizer delays freeing memory: only a little of it, so that growth is the camera's own.
      env: { VIGIE_CAMERA_KEY: key.toString('base64url'), ASAN_OPTIONS: 'quarantine_size_mb=1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  async says(pattern: RegExp): Promise<void> {
    await until(`${pattern} is said`, () => pattern.test(this.output)).catch((error: unknown) => {
      throw new Error(`${String(error)}; so far:\n${this.output}`);
    });
  }

  /** @returns its exit code; a sanitizer's finding makes it another one than 0 */
  async stop(): Promise<number | NodeJS.Signals | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'exit');
    }
    return this.process.exitCode ?? this.process.signalCode;
  }
}

/** A real ingest; `wss:` when it is given a certificate. */
export class IngestServer {
  frames: CameraFrame[] = [];
  port = 0;
  ingest: CameraIngest | undefined;
  readonly #tls: Certificate | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(tls?: Certificate) {
    this.#tls = tls;
  }

  /** By name, so that the certificate's name is checked. */
  get url(): string {
    return `${this.#tls ? 'wss' : 'ws'}://localhost:${this.port}/camera`;
  }

  async start(): Promise<void> {
    const ingest = new CameraIngest({
      onFrame: (frame) => this.frames.push(frame),
      connectionOf: ({ socket }) => ({
        address: socket.remoteAddress ?? '',
        isPrivate: true,
        secure: this.#tls !== undefined,
      }),
      store: { keyOf: (id) => (id === CAMERA_ID ? KEY : undefined) },
      log: pino({ level: 'silent' }),
    });
    const server = this.#tls ? createHttpsServer(this.#tls) : createHttpServer();
    server.on('upgrade', (request, socket, head) => ingest.handleUpgrade(request, socket, head));
    server.on('tlsClientError', () => undefined);
    // The server itself keeps no list of upgraded connections.
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.port, 'localhost');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.ingest = ingest;
    this.#server = server;
  }

  /** @param politely closes the connection to the camera properly; else it is just gone */
  async stop(politely = true): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    if (politely) this.ingest?.close();
    const closed = once(server, 'close');
    server.close();
    if (!politely) for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.ingest?.close();
  }

  async receives(count: number): Promise<void> {
    this.frames = [];
    await until(`${count} frames have arrived`, () => this.frames.length >= count);
  }
}

export interface Certificate {
  key: string;
  cert: string;
  /** The same certificate, for `--ca`. */
  path: string;
}

/** A folder with pictures and certificates, removed at the end. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'vigie-firmware-'));

  footage(pictures = 5): string {
    for (let i = 0; i < pictures; i++) writeFileSync(join(this.folder, `${i}.jpg`), drawnJpeg(64, 48));
    return this.folder;
  }

  /** Self-signed, for that name only. */
  certificate(name: string): Certificate {
    const [keyPath, path] = [join(this.folder, `${name}.key`), join(this.folder, `${name}.pem`)];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    const problem = run('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', keyPath, '-out', path]);
    if (problem) throw new Error(`openssl: ${problem}`);
    return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(path, 'utf8'), path };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

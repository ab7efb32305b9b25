/**
 * The deployed programs in front of Vigie: Caddy with the repository's Caddyfile, coturn with its start script, and
 * haproxy with its configuration. Caddy's own authority makes their certificates, as for a LAN name.
 */

import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../../support/until.ts';
import type { Host } from './host.ts';
import { Program, type ProgramOptions } from './program.ts';

export const WEB_NAME = 'vigie.test';
export const TURN_NAME = 'turn.vigie.test';
export const WEB_URL = `https://${WEB_NAME}`;
export const TURN_URLS = [
  `turn:${TURN_NAME}:3478?transport=udp`,
  `turn:${TURN_NAME}:3478?transport=tcp`,
  `turns:${TURN_NAME}:5349?transport=tcp`,
  `turns:${TURN_NAME}:443?transport=tcp`,
];
/** Caddy's port while haproxy has 443. */
export const CADDY_HTTPS_PORT = 8443;
const ROOT = resolve(import.meta.dirname, '../../..');

export interface EdgeOptions {
  /** The host of Caddy and haproxy. */
  web: Host;
  /** The server as seen from there, ADDRESS:PORT. */
  upstream: string;
  /** Whether TURN over TLS is also served on 443. Debian's Caddy then gets no client addresses. */
  sharedPort?: boolean;
  /** The host of coturn, and its address. */
  turn: Host;
  turnAddress: string;
  /** Further settings of coturn: TURN_ALLOWED_PEERS … */
  turnEnv?: Record<string, string>;
}

export class Edge implements AsyncDisposable {
  /** Shared by coturn and the server. */
  readonly turnSecret = randomBytes(24).toString('hex');
  readonly #folder = mkdtempSync(join(tmpdir(), 'vigie-edge-'));
  readonly #programs: Program[] = [];
  #coturn: Program | undefined;

  static async start(options: EdgeOptions): Promise<Edge> {
    const edge = new Edge();
    try {
      await edge.#start(options);
    } catch (error) {
      await edge[Symbol.asyncDispose]();
      throw error;
    }
    return edge;
  }

  get coturn(): Program {
    if (!this.#coturn) throw new Error('coturn was never started');
    return this.#coturn;
  }

  /** The file with the authority's certificate, for NODE_EXTRA_CA_CERTS. */
  get authority(): string {
    return join(this.#folder, 'caddy/pki/authorities/local/root.crt');
  }

  /** Caddy's folder of certificates. */
  get certificates(): string {
    return join(this.#folder, 'caddy/certificates');
  }

  /** Makes Chromium trust the certificates of that authority, and nothing else. */
  get chromiumArgs(): string[] {
    const intermediate = readFileSync(join(this.#folder, 'caddy/pki/authorities/local/intermediate.crt'));
    const key = new X509Certificate(intermediate).publicKey.export({ type: 'spki', format: 'der' });
    return [`--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) await program[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start({
    web,
    upstream,
    sharedPort = false,
    turn,
    turnAddress,
    turnEnv = {},
  }: EdgeOptions): Promise<void> {
    const secretFile = join(this.#folder, 'turn-secret');
    writeFileSync(secretFile, this.turnSecret);
    const httpsPort = sharedPort ? CADDY_HTTPS_PORT : 443;
    await this.#add(web, {
      command: 'caddy',
      args: ['run', '--config', join(ROOT, 'Caddyfile'), '--adapter', 'caddyfile'],
      env: {
        HOME: this.#folder,
        XDG_DATA_HOME: this.#folder,
        VIGIE_DOMAIN: WEB_NAME,
        VIGIE_TURN_NAME: TURN_NAME,
        CADDY_TLS: 'tls internal',
        CADDY_UPSTREAM: upstream,
        CADDY_HTTPS_PORT: String(httpsPort),
      },
      port: httpsPort,
    });
    if (sharedPort) await this.#add(web, haproxy(turnAddress));
    const ownCertificate = join(this.certificates, 'local', TURN_NAME, `${TURN_NAME}.crt`);
    await until('Caddy has made a certificate for coturn', () => readsAsText(ownCertificate));
    this.#coturn = await this.#add(turn, {
      command: 'sh',
      args: [join(ROOT, 'turn/start.sh')],
      env: {
        TURN_REALM: TURN_NAME,
        TURN_SECRET_FILE: secretFile,
        TURN_RUN_DIR: join(this.#folder, 'turn'),
        TURN_CERT_DIR: this.certificates,
        TURN_LISTENING_IPS: turnAddress,
        ...turnEnv,
      },
      port: 5349,
    });
  }

  async #add(host: Host, options: ProgramOptions): Promise<Program> {
    const program = await Program.start(host, options);
    this.#programs.push(program);
    return program;
  }
}

function readsAsText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function haproxy(turnAddress: string): ProgramOptions {
  return {
    command: 'haproxy',
    args: ['-f', join(ROOT, 'turn/haproxy.cfg')],
    env: {
      VIGIE_TURN_NAME: TURN_NAME,
      COTURN_ADDRESS: `${turnAddress}:5349`,
      CADDY_ADDRESS: `127.0.0.1:${CADDY_HTTPS_PORT}`,
      CADDY_PROXY_PROTOCOL: 'off',
      HAPROXY_PORT: '443',
    },
    port: 443,
  };
}

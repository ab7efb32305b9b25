/** The real Caddy with the deployed Caddyfile, in front of a server, with certificates of Caddy's own authority. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { installOnDebian } from '../../support/debian-packages.ts';
import { until } from '../../support/until.ts';
import { freePort } from './free-port.ts';

const CADDYFILE = resolve(import.meta.dirname, '../../../Caddyfile');
const CADDY = '/usr/bin/caddy';

export class DeployedCaddy {
  readonly folder = mkdtempSync(join(tmpdir(), 'vigie-caddy-'));
  readonly httpPort: number;
  readonly httpsPort: number;
  output = '';
  readonly #process: ChildProcess;

  /**
   * This process trusts its certificates from then on.
   *
   * @param upstream URL of the server
   */
  static async start(upstream: string, env: Record<string, string> = {}): Promise<DeployedCaddy> {
    if (!existsSync(CADDY)) installOnDebian(['caddy']);
    const caddy = new DeployedCaddy(upstream, env, [await freePort(), await freePort()]);
    await until(
      'Caddy has a certificate',
      () => caddy.#process.exitCode !== null || existsSync(caddy.certificatePath),
    ).catch(async (error: unknown) => {
      await caddy.stop();
      throw new Error(`${String(error)}; so far:\n${caddy.output}`);
    });
    setDefaultCACertificates([...getCACertificates(), caddy.rootCertificate]);
    return caddy;
  }

  private constructor(upstream: string, env: Record<string, string>, ports: [number, number]) {
    [this.httpPort, this.httpsPort] = ports;
    const { PATH = '' } = process.env;
    this.#process = spawn(CADDY, ['run', '--config', CADDYFILE, '--adapter', 'caddyfile'], {
      env: {
        PATH,
        HOME: this.folder,
        XDG_DATA_HOME: this.folder,
        XDG_CONFIG_HOME: this.folder,
        VIGIE_DOMAIN: 'localhost',
        CADDY_UPSTREAM: new URL(upstream).host,
        CADDY_HTTP_PORT: String(this.httpPort),
        CADDY_HTTPS_PORT: String(this.httpsPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get url(): string {
    return `https://localhost:${this.httpsPort}`;
  }

  /** The site's certificate, where coturn finds it. */
  get certificatePath(): string {
    return join(this.folder, 'caddy/certificates/local/localhost/localhost.crt');
  }

  /** The root that phones install and cameras pin. */
  get rootPath(): string {
    return join(this.folder, 'caddy/pki/authorities/local/root.crt');
  }

  get rootCertificate(): string {
    return readFileSync(this.rootPath, 'utf8');
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

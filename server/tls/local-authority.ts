/**
 * A certificate authority of this installation, for a LAN without a public name: created on the first start, kept in
 * the data folder, installed once on phones and pinned in cameras. It issues the server's certificate, and a new one
 * before that expires or when the machine gets another name or address.
 *
 * Invariant: the authority never changes automatically, because every phone and camera would need the new one; its key
 * never leaves the folder.
 */

import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { wallMs } from '../core/clock.ts';
import { certificateProblem, expiryOf, type CertificatePair } from '../core/certificate-pair.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CertificateSource } from './certificate-source.ts';
import { issueServerCertificate, makeAuthority, permittedBy, SERVER_DAYS } from './local-certificates.ts';

export interface LocalAuthorityOptions {
  dataDir: string;
  /** The server's current names: host names and IP addresses, lower case. */
  names: () => string[];
  log: Log;
  nowMs?: () => number;
  checkIntervalMs?: number;
}

/** The certificate that users compare and install. */
export interface AuthorityCertificate {
  pem: string;
  der: Buffer;
  /** SHA-256 of the DER, as 64 hex digits in pairs: AB:CD:… */
  fingerprint: string;
  /** ms since the Unix epoch. */
  validUntilMs: number;
}

const CHECK_INTERVAL_MS = 60_000;
const RENEW_BEFORE_MS = (SERVER_DAYS / 3) * 86_400_000;

export class LocalAuthority
  extends EventEmitter<{ changed: [CertificatePair] }>
  implements CertificateSource
{
  readonly authority: AuthorityCertificate;
  readonly #options: LocalAuthorityOptions;
  readonly #folder: string;
  readonly #log: Log;
  readonly #pair: CertificatePair;
  readonly #isPermitted: (name: string) => boolean;
  readonly #checks: NodeJS.Timeout;
  #current: CertificatePair;
  #leftOut = '';
  #issuing = false;
  #closed = false;

  /** @throws VigieError `configuration` when the folder is not usable, or does not contain an authority */
  static async open(options: LocalAuthorityOptions): Promise<LocalAuthority> {
    const folder = join(options.dataDir, 'tls');
    const nowMs = options.nowMs ?? wallMs;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const authority = readPair(folder, 'ca') ?? (await makeAuthority(options.names(), nowMs()));
      const problem = certificateProblem(authority, nowMs());
      if (problem !== undefined)
        throw new VigieError(
          'configuration',
          `the local authority in ${folder} (ca.crt, ca.key): ${problem}; repair it, or remove the folder to create a new one, which must then be installed on phones and cameras`,
        );
      writePair(folder, 'ca', authority);
      let server = readPair(folder, 'server');
      if (!server || certificateProblem(server, nowMs()) !== undefined) {
        server = await issueServerCertificate(
          authority,
          options.names().filter(permittedBy(authority)),
          nowMs(),
        );
        writePair(folder, 'server', server);
      }
      const opened = new LocalAuthority(options, folder, authority, server);
      await opened.check();
      return opened;
    } catch (error) {
      if (error instanceof VigieError) throw error;
      const { message } = error as Error;
      throw new VigieError('configuration', `the local authority cannot be kept in ${folder}: ${message}`, {
        cause: error,
      });
    }
  }

  private constructor(
    options: LocalAuthorityOptions,
    folder: string,
    pair: CertificatePair,
    server: CertificatePair,
  ) {
    super();
    this.#options = options;
    this.#folder = folder;
    this.#log = options.log.child({ component: 'tls' });
    this.#pair = pair;
    this.#current = server;
    this.#isPermitted = permittedBy(pair);
    const { raw, fingerprint256, validToDate } = new X509Certificate(pair.cert);
    this.authority = {
      pem: pair.cert,
      der: raw,
      fingerprint: fingerprint256,
      validUntilMs: validToDate.getTime(),
    };
    this.#checks = setInterval(() => void this.check(), options.checkIntervalMs ?? CHECK_INTERVAL_MS);
  }

  get current(): CertificatePair {
    return this.#current;
  }

  /** Issues another certificate if the current one is outdated. Called periodically; never rejects. */
  async check(): Promise<void> {
    const names = this.#names();
    if (this.#issuing || this.#closed || !this.#isDue(names)) return;
    this.#issuing = true;
    try {
      const pair = await issueServerCertificate(this.#pair, names, (this.#options.nowMs ?? wallMs)());
      if (this.#closed) return;
      this.#current = pair;
      this.emit('changed', pair);
      this.#log.info({ names, until: expiryOf(pair).toISOString() }, 'certificate renewed');
      writePair(this.#folder, 'server', pair);
    } catch (error) {
      // A certificate that could not be stored is issued again after the next start; one that could not be issued, at
      // the next check.
      this.#log.error({ err: error }, 'failed to issue a certificate');
    } finally {
      this.#issuing = false;
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#checks);
  }

  #names(): string[] {
    const names = this.#options.names();
    const leftOut = names.filter((name) => !this.#isPermitted(name)).join(', ');
    if (leftOut !== this.#leftOut && leftOut !== '')
      this.#log.warn(
        { leftOut },
        'names not covered by the local authority, which is older than they are; see docs/reach.md',
      );
    this.#leftOut = leftOut;
    return names.filter((name) => this.#isPermitted(name));
  }

  /** A removed name does not matter: interfaces come and go. */
  #isDue(names: readonly string[]): boolean {
    const nowMs = (this.#options.nowMs ?? wallMs)();
    const certificate = new X509Certificate(this.#current.cert);
    return (
      certificateProblem(this.#current, nowMs) !== undefined ||
      certificate.validToDate.getTime() - nowMs < RENEW_BEFORE_MS ||
      !certificate.checkIssued(new X509Certificate(this.#pair.cert)) ||
      names.some(
        (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) === undefined,
      )
    );
  }
}

/** A key without its certificate, which nothing can have pinned yet, is ignored. */
function readPair(folder: string, name: string): CertificatePair | undefined {
  const [certPath, keyPath] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  if (!existsSync(certPath)) return undefined;
  return { cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') };
}

/** The key first, so that an existing certificate always has its key. */
function writePair(folder: string, name: string, { cert, key }: CertificatePair): void {
  for (const [file, text, mode] of [
    [`${name}.key`, key, 0o600],
    [`${name}.crt`, cert, 0o644],
  ] as const) {
    const path = join(folder, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) {
      chmodSync(path, mode);
      continue;
    }
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
  }
}

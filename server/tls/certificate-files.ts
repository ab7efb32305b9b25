/**
 * The operator's certificate and key, reloaded when they change, so that certbot, acme.sh or a Kubernetes secret can
 * renew them without a restart.
 *
 * Invariant: `current` is always a matching pair; an unusable new one is logged once, and the old one stays. Folders
 * are watched instead of files, because renewals swap symbolic links or rename files; and because some file systems
 * report no changes (NFS, bind mounts of a single file), the files are also checked periodically.
 */

import { EventEmitter } from 'node:events';
import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { expiryOf, type CertificatePair } from '../core/certificate-pair.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { readCertificatePair } from '../config/read-certificate-pair.ts';
import type { CertificateSource } from './certificate-source.ts';

export interface CertificateFilesOptions {
  certPath: string;
  keyPath: string;
  log: Log;
  /** Changed files are read after this much quiet: two files are never replaced at the same instant. */
  settleMs?: number;
  pollMs?: number;
}

const SETTLE_MS = 1_000;
const POLL_MS = 10 * 60_000;

export class CertificateFiles
  extends EventEmitter<{ changed: [CertificatePair] }>
  implements CertificateSource
{
  readonly #options: CertificateFilesOptions;
  readonly #log: Log;
  readonly #watchers: FSWatcher[] = [];
  readonly #poll: NodeJS.Timeout;
  #settle: NodeJS.Timeout | undefined;
  #current: CertificatePair;
  /** The last problem, so that each is logged once. */
  #lastProblem: string | undefined;
  #closed = false;

  /** @throws VigieError `configuration` when the files are not usable */
  constructor(options: CertificateFilesOptions) {
    super();
    this.#options = options;
    this.#log = options.log.child({ component: 'tls' });
    const pair = readCertificatePair(options);
    if (typeof pair === 'string') throw new VigieError('configuration', pair);
    this.#current = pair;
    this.#watchFolders();
    this.#poll = setInterval(() => this.#reload(), options.pollMs ?? POLL_MS);
  }

  get current(): CertificatePair {
    return this.#current;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#settle);
    for (const watcher of this.#watchers) watcher.close();
  }

  #watchFolders(): void {
    const { certPath, keyPath, settleMs = SETTLE_MS } = this.#options;
    for (const folder of new Set([dirname(certPath), dirname(keyPath)])) {
      try {
        const watcher = watch(folder, () => {
          clearTimeout(this.#settle);
          if (!this.#closed) this.#settle = setTimeout(() => this.#reload(), settleMs);
        });
        watcher.on('error', (error) => this.#sayUnwatched(folder, error));
        this.#watchers.push(watcher);
      } catch (error) {
        this.#sayUnwatched(folder, error);
      }
    }
  }

  #sayUnwatched(folder: string, error: unknown): void {
    this.#log.warn(
      { err: error, folder },
      'failed to watch the certificate; it is checked every ten minutes',
    );
  }

  #reload(): void {
    const pair = readCertificatePair(this.#options);
    if (typeof pair === 'string') {
      if (pair === this.#lastProblem) return;
      this.#lastProblem = pair;
      const until = expiryOf(this.#current).toISOString();
      this.#log.error(
        { problem: pair, until },
        'failed to load the new certificate; the old one stays in use',
      );
      return;
    }
    this.#lastProblem = undefined;
    if (pair.cert === this.#current.cert && pair.key === this.#current.key) return;
    this.#current = pair;
    this.#log.info({ until: expiryOf(pair).toISOString() }, 'certificate replaced');
    this.emit('changed', pair);
  }
}

/** Reads VIGIE_TLS_CERT and VIGIE_TLS_KEY from the disk: for the configuration's check and for each renewal. */

import { readFileSync } from 'node:fs';
import { wallMs } from '../core/clock.ts';
import { certificateProblem, type CertificatePair } from '../core/certificate-pair.ts';

export interface CertificatePaths {
  certPath: string;
  keyPath: string;
}

/** @returns the pair, or one line that names the file and its problem */
export function readCertificatePair(paths: CertificatePaths): CertificatePair | string {
  const { certPath, keyPath } = paths;
  const texts: string[] = [];
  for (const [name, path] of [
    ['VIGIE_TLS_CERT', certPath],
    ['VIGIE_TLS_KEY', keyPath],
  ] as const) {
    try {
      texts.push(readFileSync(path, 'utf8'));
    } catch (error) {
      return `${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`;
    }
  }
  const [cert = '', key = ''] = texts;
  const problem = certificateProblem({ cert, key }, wallMs());
  return problem === undefined
    ? { cert, key }
    : `VIGIE_TLS_CERT ${certPath}, VIGIE_TLS_KEY ${keyPath}: ${problem}`;
}

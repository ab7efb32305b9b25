/** Certificates for tests, by the library the server's own authority uses. */

import { X509CertificateGenerator } from '@peculiar/x509';
import { KeyObject } from 'node:crypto';
import type { CertificatePair } from '../../server/core/certificate-pair.ts';

export interface TestCertificateOptions {
  name?: string;
  notBefore?: Date;
  notAfter?: Date;
  rsaBits?: number;
}

const DAY_MS = 86_400_000;

/** Self-signed, for localhost and the given name. */
export async function makeCertificate(options: TestCertificateOptions = {}): Promise<CertificatePair> {
  const { name = 'localhost', notBefore, notAfter, rsaBits } = options;
  const algorithm =
    rsaBits === undefined
      ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          modulusLength: rsaBits,
          publicExponent: new Uint8Array([1, 0, 1]),
        };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + 30 * DAY_MS),
  });
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }),
  };
}

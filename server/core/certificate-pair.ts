/**
 * Checks whether a certificate chain and a private key are usable, and if not, tells the operator why. Used at the
 * start and whenever the files change.
 */

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** PEM, both. */
export interface CertificatePair {
  /** The server's own certificate first, then its issuers. */
  cert: string;
  key: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const ENCRYPTED_KEY = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/;
/** OpenSSL's default security level and all browsers require it. */
const MIN_RSA_BITS = 2048;

/** @returns the problem as a sentence without the file's name; undefined when there is none */
export function certificateProblem({ cert, key }: CertificatePair, nowMs: number): string | undefined {
  const chain = parseChain(cert);
  if (typeof chain === 'string') return chain;
  const [leaf, ...issuers] = chain;
  if (!leaf) return 'the certificate file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)';
  const privateKey = parseKey(key);
  if (typeof privateKey === 'string') return privateKey;
  if (!leaf.checkPrivateKey(privateKey)) {
    return issuers.some((issuer) => issuer.checkPrivateKey(privateKey))
      ? 'the certificates are in the wrong order: the server’s own must come first'
      : 'the key does not belong to the certificate';
  }
  const { modulusLength } = privateKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < MIN_RSA_BITS)
    return `the key is too weak: RSA keys must have at least ${MIN_RSA_BITS} bits`;
  if (leaf.validToDate.getTime() <= nowMs) return `the certificate expired on ${day(leaf.validToDate)}`;
  return undefined;
}

/** Expiry of the server's own certificate. @throws Error when there is none; call `certificateProblem` before */
export function expiryOf({ cert }: CertificatePair): Date {
  return new X509Certificate(cert).validToDate;
}

function parseChain(pem: string): X509Certificate[] | string {
  try {
    return (pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
  } catch {
    return 'the certificate file is damaged';
  }
}

function parseKey(pem: string): KeyObject | string {
  if (ENCRYPTED_KEY.test(pem)) return 'the key is protected by a password: save it without one';
  try {
    return createPrivateKey(pem);
  } catch {
    return 'the key file holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)';
  }
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

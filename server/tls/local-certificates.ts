/**
 * Makes the certificates of the local authority: its own, and the server certificates it issues.
 *
 * Invariant: the authority is useless outside this installation. Its name constraints (RFC 5280 section 4.2.1.10)
 * permit private addresses, LAN names and the machine's names at its creation, so a stolen key cannot impersonate a
 * bank to a phone that trusts it. The constraints are not marked critical, which RFC 5280 requires, because the
 * cameras' mbedTLS rejects a certificate with an unknown critical extension; browsers and OpenSSL enforce them either
 * way.
 */

import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type JsonGeneralName,
} from '@peculiar/x509';
import { KeyObject, randomBytes } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { ipRanges } from '../core/address/ip-address.ts';
import { rangesOf } from '../core/address/special-addresses.ts';
import type { CertificatePair } from '../core/certificate-pair.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const NAME_CONSTRAINTS = '2.5.29.30';
const DAY_MS = 86_400_000;
/** Apple rejects server certificates of more than 398 days; shorter ones are renewed automatically too. */
export const SERVER_DAYS = 90;
const AUTHORITY_DAYS = 3650;
/** Tolerance for wrong clocks of phones and cameras. */
const BACKDATED_MS = DAY_MS;

/**
 * RFC 6762, RFC 8375, RFC 6761, and .internal, .lan, .home, which are no public top-level domains or are used by home
 * routers.
 */
const LAN_DOMAINS = ['localhost', 'local', 'home.arpa', 'internal', 'lan', 'home'];
const LAN_RANGES = rangesOf('loopback', 'private', 'shared', 'linkLocal');

/** @param names of the machine; names outside the LAN domains are permitted exactly */
export async function makeAuthority(names: readonly string[], nowMs: number): Promise<CertificatePair> {
  const keys = await makeKeys();
  // Distinguishes authorities in a phone's list, and in programs that look issuers up by name.
  const suffix = randomBytes(3).toString('hex').toUpperCase();
  const host = names.find((name) => name !== 'localhost' && isIP(name) === 0);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `O=Vigie, CN=Vigie local authority ${suffix}${host === undefined ? '' : ` (${host})`}`,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      new Extension(NAME_CONSTRAINTS, false, permitted(names)),
    ],
  });
  return { cert: pemOf(certificate), key: keyPemOf(keys.privateKey) };
}

/**
 * @param names host names and IP addresses that the authority permits
 * @returns the server's certificate alone; a client that trusts the authority has the authority's certificate
 */
export async function issueServerCertificate(
  authority: CertificatePair,
  names: readonly string[],
  nowMs: number,
): Promise<CertificatePair> {
  const keys = await makeKeys();
  const issuer = new X509Certificate(authority.cert);
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    Buffer.from(authority.key.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'),
    ALGORITHM,
    false,
    ['sign'],
  );
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'O=Vigie, CN=Vigie server',
    issuer: issuer.subjectName,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(Math.min(nowMs + SERVER_DAYS * DAY_MS, issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value): JsonGeneralName => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pemOf(certificate), key: keyPemOf(keys.privateKey) };
}

/** Tells which names the authority may issue a certificate for. */
export function permittedBy(authority: CertificatePair): (name: string) => boolean {
  const extension = new X509Certificate(authority.cert).getExtension(NAME_CONSTRAINTS);
  const constraints = extension && AsnConvert.parse(extension.value, NameConstraints);
  const domains: string[] = [];
  const ranges: string[] = [];
  for (const { base } of constraints?.permittedSubtrees ?? []) {
    if (base.dNSName !== undefined) domains.push(base.dNSName);
    if (base.iPAddress?.includes('/')) ranges.push(base.iPAddress);
  }
  const isInRanges = ipRanges(ranges);
  return (name) =>
    isIP(name) === 0
      ? domains.some((domain) => name === domain || name.endsWith(`.${domain}`))
      : isInRanges(name);
}

function permitted(names: readonly string[]): ArrayBuffer {
  const domains = [...LAN_DOMAINS, ...names.filter((name) => isIP(name) === 0)];
  const addresses = names.filter((name) => isIP(name) !== 0);
  const ranges = [...LAN_RANGES, ...addresses.map((address) => `${address}/${isIPv6(address) ? 128 : 32}`)];
  return AsnConvert.serialize(
    new NameConstraints({
      permittedSubtrees: new GeneralSubtrees([
        ...[...new Set(domains)].map((dNSName) => subtree({ dNSName })),
        ...ranges.map((iPAddress) => subtree({ iPAddress })),
      ]),
    }),
  );
}

function subtree(name: Partial<GeneralName>): GeneralSubtree {
  return new GeneralSubtree({ base: new GeneralName(name) });
}

function makeKeys(): Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Positive and without a leading zero byte (RFC 5280 section 4.1.2.2), 127 random bits. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8() & 0x7f) | 0x40);
  return bytes.toString('hex');
}

const pemOf = (certificate: X509Certificate): string => `${certificate.toString('pem')}\n`;

const keyPemOf = (key: CryptoKey): string => KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' });

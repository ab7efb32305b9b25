/**
 * TLS policy: 1.2 and 1.3, forward secrecy and authenticated encryption only. Every browser since 2016 and the cameras'
 * mbedTLS support it.
 *
 * Source: Mozilla's "intermediate" recommendation for servers (wiki.mozilla.org/Security/Server_Side_TLS), without
 * finite-field DHE.
 */

import type { SecureContextOptions } from 'node:tls';
import type { CertificatePair } from '../core/certificate-pair.ts';

const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

export function secureContextOf({ cert, key }: CertificatePair): SecureContextOptions {
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS.join(':'),
    // Clients without AES hardware prefer ChaCha20.
    honorCipherOrder: false,
  };
}

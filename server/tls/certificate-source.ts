/** Where the server's certificate comes from: files of the operator's, or Vigie's own local authority. */

import type { EventEmitter } from 'node:events';
import type { CertificatePair } from '../core/certificate-pair.ts';

export interface CertificateSource extends EventEmitter<{ changed: [CertificatePair] }> {
  /** Fit to serve with, always. */
  readonly current: CertificatePair;
  /** Idempotent; nothing is emitted after. */
  close(): void;
}

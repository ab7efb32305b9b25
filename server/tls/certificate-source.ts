/** Source of the server's certificate: the operator's files, or Vigie's own local authority. */

import type { EventEmitter } from 'node:events';
import type { CertificatePair } from '../core/certificate-pair.ts';

export interface CertificateSource extends EventEmitter<{ changed: [CertificatePair] }> {
  /** Always usable. */
  readonly current: CertificatePair;
  /** Idempotent; emits nothing afterwards. */
  close(): void;
}

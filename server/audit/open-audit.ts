/** Opens the audit log: who signed in, watched, looked back, downloaded, deleted and changed what. */

import type { SiteTime } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import { AuditLog, type AuditFacts } from './audit-log.ts';
import type { AuditStore } from './audit-store.ts';

export interface OpenAuditOptions {
  store: {
    audit: AuditStore;
    users: { find(id: string): { username: string } | undefined };
    cameras: { find(id: string): { name: string } | undefined };
  };
  time: SiteTime;
  log: Log;
}

export interface Audit {
  readonly log: AuditLog;
  readonly store: AuditStore;
  /** A viewer is sent live pictures. @returns call it when that ends */
  readonly watching: (viewer: Omit<AuditFacts, 'action'>) => () => void;
  close(): void;
}

export function openAudit({ store, time, log }: OpenAuditOptions): Audit {
  const auditLog = new AuditLog({
    store: store.audit,
    usernameOf: (userId) => store.users.find(userId)?.username,
    cameraNameOf: (cameraId) => store.cameras.find(cameraId)?.name,
    time,
    log,
  });
  return {
    log: auditLog,
    store: store.audit,
    watching: (viewer) => auditLog.begin({ ...viewer, action: 'watched' }),
    close: () => auditLog.close(),
  };
}

/** Opens the audit log: who signed in, watched, played back, downloaded, deleted and changed something. */

import type { SiteTime } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { Role } from '../wire/account.ts';
import type { SecurityNotice } from '../wire/security-notice.ts';
import { AuditLog, type AuditFacts } from './audit-log.ts';
import type { AuditStore } from './audit-store.ts';
import { securityText } from './security-text.ts';
import { SecurityWatch, type GuardCounters } from './security-watch.ts';

export interface OpenAuditOptions {
  store: {
    audit: AuditStore;
    users: { find(id: string): { username: string; role: Role } | undefined };
    cameras: { find(id: string): { name: string } | undefined };
    removedCameras: { find(id: string): { name: string } | undefined };
  };
  time: SiteTime;
  log: Log;
}

export interface Audit {
  readonly log: AuditLog;
  readonly store: AuditStore;
  /** Also of a camera that was removed and has recordings left. */
  readonly cameraNameOf: (cameraId: string) => string | undefined;
  /** A viewer starts to receive live pictures. @returns call it when that ends */
  readonly watching: (viewer: Omit<AuditFacts, 'action'>) => () => void;
  /** Call it once. @param tell called with a text for administrators, at most once an hour for each kind */
  watchSecurity(
    counters: () => GuardCounters,
    tell: (notice: SecurityNotice, text: string) => void,
  ): SecurityWatch;
  close(): void;
}

export function openAudit({ store, time, log }: OpenAuditOptions): Audit {
  let security: SecurityWatch | undefined;
  const cameraNameOf = (cameraId: string): string | undefined =>
    (store.cameras.find(cameraId) ?? store.removedCameras.find(cameraId))?.name;
  const auditLog = new AuditLog({
    store: store.audit,
    usernameOf: (userId) => store.users.find(userId)?.username,
    cameraNameOf,
    isAdministrator: (userId) => store.users.find(userId)?.role === 'administrator',
    onRecorded: (facts) => security?.onRecorded(facts),
    time,
    log,
  });
  return {
    log: auditLog,
    store: store.audit,
    cameraNameOf,
    watching: (viewer) => auditLog.begin({ ...viewer, action: 'watched' }),
    watchSecurity: (counters, tell) => {
      security = new SecurityWatch({
        nowUs: () => time.nowUs(),
        counters,
        record: (facts) => auditLog.record(facts),
        tell: (notice, facts) => {
          const cameraName = facts.cameraId === undefined ? undefined : cameraNameOf(facts.cameraId);
          tell(notice, securityText(notice, { ...facts, cameraName }));
        },
      });
      return security;
    },
    close: () => {
      security?.close();
      auditLog.close();
    },
  };
}

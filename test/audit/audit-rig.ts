/** An audit log on a real store, with the time in the test's hands. */

import type { TestContext } from 'node:test';
import { AuditLog, type AuditFacts } from '../../server/audit/audit-log.ts';
import type { AuditListQuery } from '../../server/audit/audit-store.ts';
import { createLog } from '../../server/log.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const START_MS = Date.parse('2026-03-01T12:00:00Z');
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 3_600_000;
const NAMES: Readonly<Record<string, string>> = { anna: 'Anna', ben: 'Ben', cam_1: 'Door', cam_2: 'Yard' };

export function openAuditRig(
  context: TestContext,
  onRecorded: (facts: AuditFacts) => void = () => undefined,
) {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  let passedMs = 0;
  let setMs = 0;
  const nowMs = (): number => START_MS + passedMs + setMs;
  const audit = new AuditLog({
    store: store.audit,
    usernameOf: (id) => NAMES[id],
    cameraNameOf: (id) => NAMES[id],
    isAdministrator: (id) => id === 'root',
    onRecorded,
    time: { nowUs: () => passedMs * 1000, nowMs, dateMs: (us) => us / 1000, serverUs: (ms) => ms * 1000 },
    log: createLog('silent'),
  });
  context.after(() => audit.close());
  return {
    audit,
    store,
    nowMs,
    pass: (ms: number) => (passedMs += ms),
    /** Sets the wall clock, in relation to the monotonic one. */
    setClock: (byMs: number) => (setMs += byMs),
    list: async (query: Partial<AuditListQuery> = {}): Promise<AuditEntry[]> => {
      audit.flush();
      await store.settled();
      return (await audit.list({ limit: 200, ...query })).rows;
    },
  };
}

export const watched = (facts: Partial<AuditFacts> = {}): AuditFacts => ({
  action: 'watched',
  userId: 'anna',
  cameraId: 'cam_1',
  address: '192.0.2.1',
  ...facts,
});

export const refusedSignIn = (address: string): AuditFacts => ({
  action: 'signInRefused',
  refused: true,
  address,
});

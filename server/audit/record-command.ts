/** Writes a command's change of the data folder into the audit log, whether a server runs on it or not. */

import { join } from 'node:path';
import { wallMs } from '../core/clock.ts';
import { FILE_NAME, openWriter } from '../store/database.ts';
import { assertSchema } from '../store/migrate.ts';
import { randomId } from '../store/random-id.ts';
import type { AuditAction } from '../wire/audit-actions.ts';
import { AuditQueries, type NewAuditEntry } from './audit-store.ts';

/** Time for a busy server, or another program, to release the lock. */
const LOCK_TIMEOUT_MS = 20_000;

/** The person who requested the change that was made while the server was stopped. */
type CommandedBy = Pick<NewAuditEntry, 'userId' | 'username' | 'address' | 'device'>;

const NOBODY: CommandedBy = { userId: null, username: null, address: null, device: null };

/**
 * Writes an entry of a command. A database that is locked, full or damaged does not undo the command.
 *
 * @returns why it could not be written, for the user of the command
 */
export function recordCommand(
  dataDir: string,
  action: AuditAction,
  details: Record<string, unknown>,
  by: CommandedBy = NOBODY,
): unknown {
  const path = join(dataDir, FILE_NAME);
  try {
    const database = openWriter(path, LOCK_TIMEOUT_MS);
    try {
      assertSchema(database, path);
      const nowMs = wallMs();
      new AuditQueries(database).add({
        id: randomId('aud'),
        beganAtMs: nowMs,
        endedAtMs: nowMs,
        action,
        refused: false,
        count: 1,
        ...by,
        cameraId: null,
        cameraName: null,
        details,
      });
    } finally {
      database.close();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

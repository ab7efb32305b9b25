/** Backups over the API: download, and upload for a restore. */

import { z } from 'zod';
import { count, id, timeMs } from './fields.ts';

export const UPLOADED_BACKUP = z.strictObject({
  id,
  /** Whether opening it needs its password. */
  isEncrypted: z.boolean(),
});
export type UploadedBackup = z.infer<typeof UPLOADED_BACKUP>;

export const BACKUP_CONTENTS = z.strictObject({
  /** Null for a copy of a database that is no backup. */
  madeAtMs: timeMs.nullable(),
  cameras: count,
  users: count,
});
export type BackupContents = z.infer<typeof BACKUP_CONTENTS>;

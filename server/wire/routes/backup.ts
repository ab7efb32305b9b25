/** Routes of backups, for administrators: download one, or restore one from a file. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { BACKUP_CONTENTS, UPLOADED_BACKUP } from '../backup.ts';
import { id } from '../fields.ts';
import { newPassword, password } from './accounts.ts';

const ONE_UPLOAD = z.strictObject({ uploadId: id });

export const BACKUP_ROUTES = {
  'POST /api/backup': {
    summary: 'Download a backup of everything except recordings, encrypted if a password is given',
    body: z.strictObject({ password: newPassword.optional() }),
    media: 'application/octet-stream',
  },
  'POST /api/backup/uploads': {
    summary: 'Upload a backup for a restore; replaces an earlier upload, and is kept for 15 minutes',
    upload: 'application/octet-stream',
    response: UPLOADED_BACKUP,
    statuses: [201],
  },
  'POST /api/backup/uploads/:uploadId/contents': {
    summary: 'Read and check an uploaded backup, with its password if it is encrypted',
    params: ONE_UPLOAD,
    body: z.strictObject({ password: password.optional() }),
    response: BACKUP_CONTENTS,
    errors: [409],
  },
  'POST /api/backup/uploads/:uploadId/restore': {
    summary: 'Restore an uploaded backup that was checked; the server restarts, and everybody signs in again',
    params: ONE_UPLOAD,
    body: z.strictObject({ currentPassword: password }),
    statuses: [202],
    errors: [409],
  },
} as const satisfies ApiRouteTable;

/** The audit log as the API shows it. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { AUDIT_ACTIONS, AUDIT_KINDS, type AuditAction } from './audit-actions.ts';
import { count, cursor, id, queryTimeMs, timeMs } from './fields.ts';

const AUDIT_ACTION = z.enum(Object.keys(AUDIT_ACTIONS) as [AuditAction]);
const AUDIT_KIND = z.enum(AUDIT_KINDS);
const nullableText = z.string().nullable();

export const AUDIT_ENTRY = z.strictObject({
  id,
  beganAtMs: timeMs,
  /** The last time of a stretch, such as of watching; otherwise as `beganAtMs`. */
  endedAtMs: timeMs,
  action: AUDIT_ACTION,
  kind: AUDIT_KIND,
  /** The action was refused, or failed. */
  refused: z.boolean(),
  /** How often, in a stretch. */
  count,
  userId: nullableText,
  /** As it was then; null for an unknown user. */
  username: nullableText,
  address: nullableText,
  /** Browser and system, as the client describes itself. */
  device: nullableText,
  cameraId: nullableText,
  /** As it was then. */
  cameraName: nullableText,
  /** Further named fields of the request, never its secrets. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AUDIT_ENTRY>;

/** Selection of entries; if missing, all. */
export const AUDIT_FILTER = z.strictObject({
  userId: id.exactOptional(),
  cameraId: id.exactOptional(),
  kind: AUDIT_KIND.exactOptional(),
  from: queryTimeMs.exactOptional(),
  to: queryTimeMs.exactOptional(),
});

export const AUDIT_QUERY = AUDIT_FILTER.extend({
  limit: z.coerce.number<number>().int().min(1).max(200).default(50),
  /** An entry's id: only those before it; none if it is gone. */
  before: id.exactOptional(),
  cursor: cursor.exactOptional(),
});

export const DEFAULT_AUDIT_DAYS = 90;
export const MIN_AUDIT_DAYS = 7;
export const AUDIT_SETTINGS = z.strictObject({
  /** How long entries are kept. */
  days: z
    .int()
    .min(MIN_AUDIT_DAYS, `the audit log is kept for at least ${MIN_AUDIT_DAYS} days`)
    .max(3650, 'the audit log is kept for at most 3,650 days'),
});
export type AuditSettings = z.infer<typeof AUDIT_SETTINGS>;

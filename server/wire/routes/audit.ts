/** Routes of the audit log. None changes or deletes an entry. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { AUDIT_ENTRY, AUDIT_FILTER, AUDIT_QUERY, AUDIT_SETTINGS } from '../audit.ts';

export const AUDIT_ROUTES = {
  'GET /api/audit': {
    summary: 'List the entries of the audit log, the newest first',
    query: AUDIT_QUERY,
    response: z.array(AUDIT_ENTRY),
  },
  'GET /api/audit/export.csv': {
    summary: 'Download the audit log as CSV, the newest first',
    query: AUDIT_FILTER,
    media: 'text/csv',
  },
  'GET /api/audit/export.jsonl': {
    summary: 'Download the audit log as JSON lines, the newest first',
    query: AUDIT_FILTER,
    media: 'application/jsonl',
  },
  'GET /api/audit/settings': {
    summary: 'Read for how many days the audit log is kept',
    response: AUDIT_SETTINGS,
  },
  'PUT /api/audit/settings': {
    summary: 'Set for how many days the audit log is kept',
    body: AUDIT_SETTINGS,
    response: AUDIT_SETTINGS,
  },
} as const satisfies ApiRouteTable;

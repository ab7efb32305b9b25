/**
 * The audit log as a file, page by page: CSV (RFC 4180) for a spreadsheet, JSON lines for programs.
 *
 * Invariant: a spreadsheet reads no cell as a formula, whatever text a user name or a browser's name contains.
 */

import type { AuditEntry } from '../wire/audit.ts';
import type { Page, Place } from '../store/page.ts';
import type { AuditFilter, AuditListQuery } from './audit-store.ts';

const PAGE = 200;
const LINE_END = '\r\n';
const FORMULA = /^[=+\-@\t\r]/;

const COLUMNS = [
  ['began', ({ beganAtMs }) => new Date(beganAtMs).toISOString()],
  ['ended', ({ endedAtMs }) => new Date(endedAtMs).toISOString()],
  ['action', ({ action }) => action],
  ['kind', ({ kind }) => kind],
  ['refused', ({ refused }) => String(refused)],
  ['count', ({ count }) => String(count)],
  ['user', ({ username }) => username ?? ''],
  ['user id', ({ userId }) => userId ?? ''],
  ['address', ({ address }) => address ?? ''],
  ['device', ({ device }) => device ?? ''],
  ['camera', ({ cameraName }) => cameraName ?? ''],
  ['camera id', ({ cameraId }) => cameraId ?? ''],
  ['details', ({ details }) => (Object.keys(details).length === 0 ? '' : JSON.stringify(details))],
] as const satisfies readonly (readonly [string, (entry: AuditEntry) => string])[];

export interface AuditFormat {
  type: string;
  extension: string;
  head: string;
  line: (entry: AuditEntry) => string;
}

export const CSV: AuditFormat = {
  type: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  head: COLUMNS.map(([name]) => name).join(',') + LINE_END,
  line: (entry) => COLUMNS.map(([, read]) => cell(read(entry))).join(',') + LINE_END,
};

export const JSON_LINES: AuditFormat = {
  type: 'application/jsonl',
  extension: 'jsonl',
  head: '',
  line: (entry) => `${JSON.stringify(entry)}\n`,
};

/** @param list called for each page, after the previous page was read; its errors end the file */
export async function* auditLines(
  { head, line }: AuditFormat,
  filter: AuditFilter,
  list: (query: AuditListQuery) => Promise<Page<AuditEntry>>,
): AsyncGenerator<string> {
  yield head;
  let after: Place | null = null;
  do {
    const { rows, next }: Page<AuditEntry> = await list({ ...filter, limit: PAGE, ...(after && { after }) });
    if (rows.length > 0) yield rows.map(line).join('');
    after = next;
  } while (after);
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** /api/audit, for administrators: reads and downloads the log, and sets how long it is kept. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { wallMs } from '../core/clock.ts';
import { linkNextPage, placeAt } from '../http/next-page.ts';
import { readFor, serve } from '../http/serve.ts';
import { endWhenStalled } from '../http/stall-watch.ts';
import { UserShares } from '../http/user-shares.ts';
import type { Log } from '../log.ts';
import { auditLines, CSV, JSON_LINES, type AuditFormat } from './audit-export.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditFilter, AuditStore } from './audit-store.ts';

export interface AuditRoutesOptions {
  audit: Pick<AuditLog, 'list' | 'prune'>;
  store: Pick<AuditStore, 'settings' | 'setSettings'>;
  guard: Guard;
  log: Log;
  stallMs?: number;
}

/** By the time of the entries. */
const ORDER = 'newest';

export const AUDIT_EXPORT_SHARES = { total: 8, perUser: 2 };

export function auditRoutes({ audit, store, guard, log, stallMs }: AuditRoutesOptions): Router {
  const router = Router();
  const exports = new UserShares({
    ...AUDIT_EXPORT_SHARES,
    refusal: 'other downloads of the audit log are still under way; end one first',
  });

  serve(router, 'GET /api/audit', async ({ request, response, readQuery }) => {
    const reader = readFor(guard.administrator(request), response);
    const { cursor, ...query } = readQuery();
    const after = placeAt(cursor, ORDER);
    const { rows, next } = await audit.list({ ...query, ...(after && { after }) }, reader);
    // The request waited in a queue, and the role may have changed.
    guard.administrator(request);
    linkNextPage(request, response, ORDER, next);
    return rows;
  });

  serve(router, 'GET /api/audit/export.csv', ({ request, response, readQuery }) => {
    guard.administrator(request);
    return send(CSV, readQuery(), request, response);
  });

  serve(router, 'GET /api/audit/export.jsonl', ({ request, response, readQuery }) => {
    guard.administrator(request);
    return send(JSON_LINES, readQuery(), request, response);
  });

  serve(router, 'GET /api/audit/settings', ({ request }) => {
    guard.administrator(request);
    return store.settings();
  });

  serve(router, 'PUT /api/audit/settings', async ({ request, readBody }) => {
    guard.administrator(request);
    await store.setSettings(readBody());
    await audit.prune(Infinity);
    return store.settings();
  });

  async function send(
    format: AuditFormat,
    filter: AuditFilter,
    request: Request,
    response: Response,
  ): Promise<void> {
    const day = new Date(wallMs()).toISOString().slice(0, 10);
    response.setHeader('Content-Type', format.type);
    response.setHeader(
      'Content-Disposition',
      `attachment; filename="vigie-audit-${day}.${format.extension}"`,
    );
    if (request.method === 'HEAD') return void response.end();
    const administrator = guard.streamToAdministrator(request, response);
    response.once('close', exports.enter(administrator.userId, response));
    endWhenStalled(response, stallMs);
    const reader = readFor(administrator, response);
    const lines = auditLines(format, filter, async (query) => {
      const page = await audit.list(query, reader);
      guard.administrator(request);
      return page;
    });
    try {
      await pipeline(Readable.from(lines), response);
    } catch (error) {
      log.info({ reason: (error as Error).message }, 'audit export aborted');
      response.destroy();
    }
  }

  return router;
}

/** POST /api/backup: an administrator downloads a backup. */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { wallMs } from '../core/clock.ts';
import { serve } from '../http/serve.ts';
import { endWhenStalled } from '../http/stall-watch.ts';
import type { Log } from '../log.ts';
import type { Backups } from './backups.ts';

export function backupRoutes(backups: Pick<Backups, 'make'>, guard: Guard, log: Log): Router {
  const router = Router();
  serve(router, 'POST /api/backup', async ({ request, response, readBody }) => {
    const { userId, username } = guard.administrator(request);
    const { password } = readBody();
    using backup = await backups.make(userId, password);
    // Making it takes a while.
    guard.administrator(request);
    const day = new Date(wallMs()).toISOString().slice(0, 10);
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': backup.bytes,
      'Content-Disposition': `attachment; filename="vigie-backup-${day}.vigie"`,
    });
    endWhenStalled(response);
    try {
      await pipeline(createReadStream(backup.path), response);
      log.info({ userId, username, bytes: backup.bytes }, 'backup sent');
    } catch (error) {
      log.info({ userId, reason: (error as Error).message }, 'backup download aborted');
      response.destroy();
    }
  });
  return router;
}

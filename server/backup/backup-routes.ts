/** /api/backup: an administrator downloads a backup, or restores one from a file. */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import type { Users } from '../accounts/users.ts';
import { wallMs } from '../core/clock.ts';
import { deviceName } from '../core/device-name.ts';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import { serve } from '../http/serve.ts';
import { endWhenStalled } from '../http/stall-watch.ts';
import { wholeBodyOf } from '../http/whole-body.ts';
import type { Log } from '../log.ts';
import type { Backups } from './backups.ts';
import type { Restores } from './restores.ts';

export interface BackupServices {
  backups: Pick<Backups, 'make'>;
  restores: Pick<Restores, 'receive' | 'check' | 'restore'>;
  users: Pick<Users, 'assertOwnPassword'>;
  connectionOf: ConnectionOf;
}

export function backupRoutes(
  { backups, restores, users, connectionOf }: BackupServices,
  guard: Guard,
  log: Log,
): Router {
  const router = Router();
  serve(router, 'POST /api/backup', async ({ request, response, readBody }) => {
    const { userId, username } = guard.administrator(request);
    const { password } = readBody();
    using backup = await backups.make(userId, password);
    // The backup takes a while.
    guard.streamToAdministrator(request, response);
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

  serve(router, 'POST /api/backup/uploads', ({ request, response }) => {
    const { userId } = guard.streamToAdministrator(request, response);
    return restores.receive(wholeBodyOf(request), userId);
  });

  serve(router, 'POST /api/backup/uploads/:uploadId/contents', async ({ request, params, readBody }) => {
    guard.administrator(request);
    const contents = await restores.check(params.uploadId, readBody().password);
    guard.administrator(request);
    return contents;
  });

  serve(
    router,
    'POST /api/backup/uploads/:uploadId/restore',
    async ({ request, response, params, readBody }) => {
      const who = guard.administrator(request);
      await users.assertOwnPassword(who, readBody().currentPassword);
      guard.administrator(request);
      // Without it the restart would never begin, and the restore would never end.
      if (response.closed) throw new VigieError('unavailable', 'the client no longer waits for this answer');
      // The answer leaves before the server stops.
      const { address } = connectionOf(request);
      const device = deviceName(request.headers['user-agent']) ?? null;
      const { userId, username } = who;
      response.once('close', restores.restore(params.uploadId, { userId, username, address, device }));
    },
  );

  return router;
}

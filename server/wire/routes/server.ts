/** Routes of the server itself: whether it is there, its figures, and the ways to it. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { HEALTH } from '../health.ts';
import { CONNECTION_FACTS, LOCAL_AUTHORITY_VIEW, SERVER_ADDRESSES } from '../connection-check.ts';
import { SERVER_STATUS } from '../server-status.ts';
import { newPassword } from './accounts.ts';

export const SERVER_ROUTES = {
  'GET /api/health': {
    summary: 'Read whether the server is up, and its data sound; answered ahead of every other route',
    access: 'anyone',
    response: HEALTH,
  },
  'GET /api/local-authority': {
    summary: 'Read the fingerprint of the server’s own authority',
    access: 'anyone',
    response: LOCAL_AUTHORITY_VIEW,
  },
  'GET /api/status': {
    summary: 'Read the server’s figures',
    access: 'administrator',
    response: SERVER_STATUS,
  },
  'POST /api/backup': {
    summary: 'Download a backup of everything but recordings, encrypted where a password is given',
    access: 'administrator',
    body: z.strictObject({ password: newPassword.optional() }),
    media: 'application/octet-stream',
  },
  'GET /api/connection': {
    summary: 'Read what the server knows of the way to it',
    access: 'user',
    response: CONNECTION_FACTS,
  },
  'GET /api/connection/addresses': {
    summary: 'List where devices reach the server',
    access: 'administrator',
    response: SERVER_ADDRESSES,
  },
} as const satisfies ApiRouteTable;

/** Routes of accounts: sign-in and sign-out, one's own password, and users. */

import { z } from 'zod';
import { CAMERA_RIGHTS, NOTICES, ROLE, SESSION_VIEW, USER_VIEW } from '../account.ts';
import type { ApiRouteTable } from '../api-route.ts';
import { id, plainName } from '../fields.ts';

/** Only bounds the work of hashing: a password that was once accepted must not be refused here. */
export const password = z.string().min(1).max(256);
export const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(256, 'is longer than 256 characters');
const username = z
  .string()
  .min(1)
  .max(64)
  .transform((text) => text.normalize('NFC').trim());
const cameras = z.array(CAMERA_RIGHTS).max(1000);
const ONE_USER = z.strictObject({ userId: id });

export const ACCOUNT_ROUTES = {
  'POST /api/auth/login': {
    summary: 'Sign in; sets the cookies of the session',
    body: z.strictObject({ username, password }),
    response: SESSION_VIEW,
  },
  'POST /api/auth/refresh': {
    summary: 'Get the next access token with the refresh cookie',
    response: SESSION_VIEW,
  },
  'POST /api/auth/logout': {
    summary: 'End the session',
  },
  'POST /api/auth/password': {
    summary: 'Change your own password; ends all other sessions',
    body: z.strictObject({
      currentPassword: password,
      newPassword,
      /** Otherwise they are revoked: somebody who knew the password may have created one. */
      keepApiKeys: z.boolean().default(false),
    }),
    errors: [409],
  },
  'GET /api/users': {
    summary: 'List the users',
    response: z.array(USER_VIEW),
  },
  'POST /api/users': {
    summary: 'Add a user',
    body: z.strictObject({
      username: plainName,
      password: newPassword,
      role: ROLE,
      cameras: cameras.default([]),
    }),
    keyed: true,
    response: USER_VIEW,
    statuses: [201],
    errors: [409],
  },
  'PATCH /api/users/:userId': {
    summary: 'Change a user’s password, role or rights',
    params: ONE_USER,
    body: z.strictObject({
      password: newPassword.optional(),
      role: ROLE.optional(),
      cameras: cameras.optional(),
    }),
    response: USER_VIEW,
    errors: [409],
  },
  'PUT /api/users/:userId/cameras': {
    summary: 'Set a viewer’s rights, by camera',
    params: ONE_USER,
    body: z.strictObject({ cameras }),
    response: USER_VIEW,
    errors: [409],
  },
  'DELETE /api/users/:userId': {
    summary: 'Remove a user',
    params: ONE_USER,
    errors: [409],
  },
  'GET /api/notices': {
    summary: 'List the notices to administrators that are not dismissed',
    response: NOTICES,
  },
  'DELETE /api/notices/:notice': {
    summary: 'Dismiss a notice, for all administrators',
    params: z.strictObject({ notice: id }),
  },
} as const satisfies ApiRouteTable;

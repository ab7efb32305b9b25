/** Routes of accounts: sign-in and sign-out, the own password, and users. */

import { z } from 'zod';
import { ROLE, SESSION_VIEW, USER_VIEW } from '../account.ts';
import type { ApiRouteTable } from '../api-route.ts';
import { cameraIds, id, plainName } from '../fields.ts';

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
const ONE_USER = z.strictObject({ userId: id });

export const ACCOUNT_ROUTES = {
  'POST /api/auth/login': {
    summary: 'Sign in; sets the cookies of the session',
    access: 'anyone',
    body: z.strictObject({ username, password }),
    response: SESSION_VIEW,
  },
  'POST /api/auth/refresh': {
    summary: 'Get the next access token with the refresh cookie',
    access: 'anyone',
    response: SESSION_VIEW,
  },
  'POST /api/auth/logout': {
    summary: 'End the session',
    access: 'anyone',
  },
  'POST /api/auth/password': {
    summary: 'Change the own password; ends all other sessions',
    access: 'user',
    body: z.strictObject({ currentPassword: password, newPassword }),
    errors: [409],
  },
  'GET /api/users': {
    summary: 'List the users',
    access: 'administrator',
    response: z.array(USER_VIEW),
  },
  'POST /api/users': {
    summary: 'Add a user',
    access: 'administrator',
    body: z.strictObject({
      username: plainName,
      password: newPassword,
      role: ROLE,
      cameraIds: cameraIds.default([]),
    }),
    response: USER_VIEW,
    statuses: [201],
    errors: [409],
  },
  'PATCH /api/users/:userId': {
    summary: 'Change a user’s password, role or cameras',
    access: 'administrator',
    params: ONE_USER,
    body: z.strictObject({
      password: newPassword.optional(),
      role: ROLE.optional(),
      cameraIds: cameraIds.optional(),
    }),
    response: USER_VIEW,
    errors: [409],
  },
  'PUT /api/users/:userId/cameras': {
    summary: 'Set the cameras a viewer may watch',
    access: 'administrator',
    params: ONE_USER,
    body: z.strictObject({ cameraIds }),
    response: USER_VIEW,
    errors: [409],
  },
  'DELETE /api/users/:userId': {
    summary: 'Remove a user',
    access: 'administrator',
    params: ONE_USER,
    errors: [409],
  },
} as const satisfies ApiRouteTable;

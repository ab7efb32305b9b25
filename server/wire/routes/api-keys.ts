/** Routes of API keys: users manage their own keys, administrators those of all users. */

import { z } from 'zod';
import { API_KEY_VIEW, MADE_API_KEY, NEW_API_KEY } from '../api-key.ts';
import type { ApiRouteTable } from '../api-route.ts';
import { id } from '../fields.ts';

export const API_KEY_ROUTES = {
  'GET /api/keys': {
    summary: 'List your own API keys; for administrators, those of all users',
    response: z.array(API_KEY_VIEW),
  },
  'POST /api/keys': {
    summary: 'Create an API key with at most your own rights; only this response shows it',
    body: NEW_API_KEY,
    keyed: true,
    response: MADE_API_KEY,
    statuses: [201],
    errors: [409],
  },
  'DELETE /api/keys/:keyId': {
    summary: 'Revoke an API key; its streams end',
    params: z.strictObject({ keyId: id }),
  },
} as const satisfies ApiRouteTable;

/** Users and their sessions. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { id, timeMs } from './fields.ts';

export const ROLE = z.enum(['administrator', 'viewer']);
export type Role = z.infer<typeof ROLE>;

export const SESSION_VIEW = z.strictObject({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.int().min(0),
  user: z.strictObject({ id, username: z.string(), role: ROLE }),
});
export type SessionView = z.infer<typeof SESSION_VIEW>;

export const USER_VIEW = z.strictObject({
  id,
  username: z.string(),
  role: ROLE,
  /** Cameras granted to a viewer; empty for an administrator, who sees all. */
  cameraIds: z.array(id),
  createdAtMs: timeMs,
});
export type UserView = z.infer<typeof USER_VIEW>;

/** Users and their sessions. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { id, timeMs } from './fields.ts';
import { SECURITY_NOTICES } from './security-notice.ts';
import { RIGHTS, type CameraRights } from './rights.ts';

export const ROLE = z.enum(['administrator', 'viewer']);
export type Role = z.infer<typeof ROLE>;

export const SESSION_VIEW = z.strictObject({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.int().min(0),
  user: z.strictObject({ id, username: z.string(), role: ROLE }),
});
export type SessionView = z.infer<typeof SESSION_VIEW>;

export const CAMERA_RIGHTS = z.strictObject({
  cameraId: id,
  rights: z.array(z.enum(RIGHTS)).min(1).max(RIGHTS.length),
}) satisfies z.ZodType<CameraRights>;

export const USER_VIEW = z.strictObject({
  id,
  username: z.string(),
  role: ROLE,
  /**
   * A viewer's rights, by camera; `lookBack` to removed cameras with recordings; empty for an administrator, who has all rights.
   */
  cameras: z.array(CAMERA_RIGHTS),
  createdAtMs: timeMs,
});
export type UserView = z.infer<typeof USER_VIEW>;

/** A notice to administrators, shown until one of them dismisses it. `rightsPerCamera`: an update split the viewers' rights. */
const NOTICE_NAME = z.enum(['rightsPerCamera', ...SECURITY_NOTICES]);
export type NoticeName = z.infer<typeof NOTICE_NAME>;
export const NOTICE = z.strictObject({
  name: NOTICE_NAME,
  /** The last time; null for a notice of an update. */
  atMs: timeMs.nullable(),
  /** For people: the event and what to do; null if the page has its own text. */
  text: z.string().nullable(),
});
export type Notice = z.infer<typeof NOTICE>;
export const NOTICES = z.strictObject({ notices: z.array(NOTICE) });
export type Notices = z.infer<typeof NOTICES>;

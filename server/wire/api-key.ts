/** API keys, with which programs sign in, as the API shows them. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { id, plainName, timeMs } from './fields.ts';
import { KEY_POWERS, KEY_RIGHTS } from './key-rights.ts';

const rights = z.array(z.enum(KEY_RIGHTS)).max(KEY_RIGHTS.length);
const powers = z.array(z.enum(KEY_POWERS)).max(KEY_POWERS.length);
const cameras = z.array(z.strictObject({ cameraId: id, rights: rights.min(1) })).max(1000);

/** The grant of a key: a part of its user's rights. */
export const KEY_GRANT = z.strictObject({
  /** To every camera of the user, also to cameras added later. */
  everyCamera: rights,
  cameras,
  powers,
});

export const API_KEY_VIEW = KEY_GRANT.extend({
  id,
  name: z.string(),
  userId: id,
  username: z.string(),
  /** The beginning of the key, which identifies it where it is used. */
  begins: z.string(),
  createdAtMs: timeMs,
  /** Null: never. */
  expiresAtMs: timeMs.nullable(),
  /** To the minute; null: never. */
  lastUsedAtMs: timeMs.nullable(),
  lastAddress: z.string().nullable(),
});
export type ApiKeyView = z.infer<typeof API_KEY_VIEW>;

const distinctCameras = cameras.refine(
  (listed) => new Set(listed.map(({ cameraId }) => cameraId)).size === listed.length,
  'names a camera twice; give all its rights in one place',
);

export const NEW_API_KEY = z.strictObject({
  name: plainName,
  everyCamera: rights.default([]),
  cameras: distinctCameras.default([]),
  powers: powers.default([]),
  /** Null: never. */
  expiresAtMs: z.int().min(0).nullable().default(null),
});
export type NewApiKey = z.infer<typeof NEW_API_KEY>;

export const MADE_API_KEY = z.strictObject({
  key: API_KEY_VIEW,
  /** The key itself. Shown this once: only its hash is stored. */
  secret: z.string(),
});
export type MadeApiKey = z.infer<typeof MADE_API_KEY>;

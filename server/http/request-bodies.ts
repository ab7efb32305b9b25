/** The edge of the HTTP API: every body and query is checked here, once, before anything acts on it. */

import { z } from 'zod';
import type { SensorEvent } from '../wire/event.ts';
import { VigieError } from '../errors.ts';
import { validate } from '../wire/validate.ts';
import {
  FRAME_SIZES,
  WHITE_BALANCES,
  type CameraSettings,
  type FrameSizeName,
} from '../wire/camera-protocol.ts';

/** Of something, as people call it. */
export const plainName = z
  .string()
  .transform((text) => text.normalize('NFC').trim())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(64, 'is longer than 64 characters')
      .regex(/^\P{C}+$/u, 'must be plain text'),
  );
/** Only a bound on what is hashed: a password that was once accepted must not be refused here. */
const password = z.string().min(1).max(256);
const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(256, 'is longer than 256 characters');
const role = z.enum(['administrator', 'viewer']);
const cameraIds = z.array(z.string().min(1).max(64)).max(1000);

export const LOGIN = z.strictObject({
  username: z
    .string()
    .min(1)
    .max(64)
    .transform((text) => text.normalize('NFC').trim()),
  password,
});
export const CHANGE_PASSWORD = z.strictObject({ currentPassword: password, newPassword });
export const CAMERA_NAME = z.strictObject({ name: plainName });
export const NEW_USER = z.strictObject({
  username: plainName,
  password: newPassword,
  role,
  cameraIds: cameraIds.default([]),
});
export const CHANGE_USER = z.strictObject({
  password: newPassword.optional(),
  role: role.optional(),
  cameraIds: cameraIds.optional(),
});
export const USER_CAMERAS = z.strictObject({ cameraIds });

export const SENSOR_NAME = z.strictObject({ name: plainName.pipe(z.string().max(32)) });
export const SENSOR_EVENT = z.strictObject({
  kind: z.literal('motion'),
  source: plainName.pipe(z.string().max(32)).exactOptional(),
}) satisfies z.ZodType<SensorEvent>;
const momentMs = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const EVENTS_QUERY = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(1000).default(20),
    before: z.string().min(1).max(64).exactOptional(),
    from: momentMs.exactOptional(),
    to: momentMs.exactOptional(),
    order: z.enum(['newest', 'oldest']).default('newest'),
    kind: z.enum(['motion', 'offline']).exactOptional(),
  })
  .refine(
    ({ before, from, to, order }) =>
      before === undefined || (from === undefined && to === undefined && order === 'newest'),
    'name either an event that all shall be older than, or a time',
  );

const label = z.string().max(64);
export const PAIRING = z.object({
  // Longer than a code, for people type spaces.
  code: z.string().min(1).max(32),
  board: label.default(''),
  firmware: label.default(''),
});

export const CAMERA_SETTINGS = z
  .strictObject({
    frameSize: z.enum(Object.keys(FRAME_SIZES) as [FrameSizeName]).exactOptional(),
    jpegQuality: z.int().min(4).max(63).exactOptional(),
    maxFps: z.int().min(1).max(60).exactOptional(),
    flash: z.int().min(0).max(255).exactOptional(),
    hMirror: z.boolean().exactOptional(),
    vFlip: z.boolean().exactOptional(),
    brightness: z.int().min(-2).max(2).exactOptional(),
    contrast: z.int().min(-2).max(2).exactOptional(),
    exposure: z.int().min(-2).max(2).exactOptional(),
    whiteBalance: z.enum(WHITE_BALANCES).exactOptional(),
  })
  .refine(
    (settings) => Object.keys(settings).length > 0,
    'name at least one setting',
  ) satisfies z.ZodType<CameraSettings>;

export const STAGE_UPDATE = z.strictObject({
  imageId: z.string().min(1).max(64),
  allowOlder: z.boolean().default(false),
});

export const SNAPSHOT_QUERY = z.strictObject({
  width: z.coerce.number().int().min(16).max(1600).exactOptional(),
});

export const MJPEG_QUERY = z.strictObject({ fps: z.coerce.number().min(1).max(60).exactOptional() });

/** @throws VigieError `badRequest` that names every field that is wrong */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  if (value === undefined)
    throw new VigieError('badRequest', 'a JSON body is needed, with content-type application/json');
  const parsed = validate(schema, value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new VigieError('badRequest', problems.join('; '));
}

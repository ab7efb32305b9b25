/** The edge of the HTTP API: every body and query is checked here, once, before anything acts on it. */

import { z } from 'zod';
import { ROLE } from '../wire/account.ts';
import { cameraIds, plainName, shortName } from '../wire/fields.ts';
import { VigieError } from '../errors.ts';
import { validate } from '../wire/validate.ts';
import {
  FRAME_SIZES,
  WHITE_BALANCES,
  type CameraSettings,
  type FrameSizeName,
} from '../wire/camera-protocol.ts';

/** Only a bound on what is hashed: a password that was once accepted must not be refused here. */
const password = z.string().min(1).max(256);
const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(256, 'is longer than 256 characters');

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
  role: ROLE,
  cameraIds: cameraIds.default([]),
});
export const CHANGE_USER = z.strictObject({
  password: newPassword.optional(),
  role: ROLE.optional(),
  cameraIds: cameraIds.optional(),
});
export const USER_CAMERAS = z.strictObject({ cameraIds });

export const SENSOR_NAME = z.strictObject({ name: shortName });

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
